/** Bytes as people say them. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "1 site", "883 sites". */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : more}`;
}

/** Words as a sentence of their own. */
export function sentence(words: string): string {
  return words.slice(0, 1).toLocaleUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.');
}

/** "active → suspended" of what differs between two states. */
export function changeText(before: Record<string, string>, after: Record<string, string>): { name: string; from: string; to: string }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ name, from: before[name] ?? 'nothing', to: after[name] ?? 'nothing' }));
}

/** Who did something: "operator:ann" is Ann in the console's own world. */
export function actorText(actor: string): string {
  const [kind, ...rest] = actor.split(':');
  const name = rest.join(':');
  if (name === '') return actor;
  if (kind === 'operator') return name;
  return kind === 'system' ? `Holdfast (${name})` : actor;
}

/** How long something took or takes. */
export function spanText(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  if (Number.isNaN(ms)) return '';
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A state as a tone: never shown without its word. */
export function toneOf(state: string): 'green' | 'blue' | 'amber' | 'red' | 'neutral' {
  if (['active', 'done', 'applied', 'over'].includes(state)) return 'green';
  if (['applying', 'restoring', 'running', 'switched', 'touched', 'approved', 'pausing'].includes(state)) return 'blue';
  if (['suspended', 'read-only', 'planned', 'paused', 'deactivated', 'interrupted', 'open'].includes(state)) return 'amber';
  if (['halted', 'failed', 'overdue', 'stuck', 'tombstoned', 'missing', 'gone'].includes(state)) return 'red';
  return 'neutral';
}
