import type { EscalationStep, Repeat, RoutingRule } from '../wire';

/** The rule moved before the one at `to`; the default stays last. Rules that cannot move give the same order. */
export function reordered(rules: readonly RoutingRule[], id: string, to: number): RoutingRule[] {
  const from = rules.findIndex((rule) => rule.id === id);
  const movable = rules.filter(({ isDefault }) => !isDefault).length;
  const rule = rules[from];
  if (!rule || rule.isDefault) return [...rules];
  const rest = rules.filter((each) => each.id !== id);
  rest.splice(Math.min(Math.max(0, to), movable - 1), 0, rule);
  return rest;
}

/** Minutes as people say them. */
export function minutesText(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 && minutes % 60 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

const units: Readonly<Record<string, number>> = { seconds: 1 / 60, minutes: 1, hours: 60, days: 1440 };
export const minutesOf = ({ delay }: EscalationStep): number => Math.round(delay.timeAmount * (units[delay.timeUnit ?? 'minutes'] ?? 1));

/** Steps by when they come, those of one time together, as a timeline shows them. */
export function stages(steps: readonly EscalationStep[]): { at: number; steps: EscalationStep[] }[] {
  const out = new Map<number, EscalationStep[]>();
  for (const step of [...steps].sort((a, b) => minutesOf(a) - minutesOf(b))) {
    const at = minutesOf(step);
    out.set(at, [...(out.get(at) ?? []), step]);
  }
  return [...out].map(([at, all]) => ({ at, steps: all }));
}

export const notifyTypes: readonly { value: string; label: string; kinds: readonly string[] }[] = [
  { value: 'default', label: 'whoever is on call', kinds: ['schedule', 'team', 'user'] },
  { value: 'next', label: 'whoever is on call next', kinds: ['schedule'] },
  { value: 'previous', label: 'whoever was on call before', kinds: ['schedule'] },
  { value: 'all', label: 'everybody', kinds: ['team', 'schedule'] },
  { value: 'users', label: 'the members', kinds: ['team'] },
  { value: 'admins', label: 'the administrators', kinds: ['team'] },
  { value: 'random', label: 'one by chance', kinds: ['team'] },
];

export const notifyTypesOf = (kind: string) => notifyTypes.filter(({ kinds }) => kinds.includes(kind));

/** "whoever is on call next in Weekly", "Ana" for a person. */
export function stepText(step: EscalationStep, name: string): string {
  if (step.recipient.type === 'user') return name;
  const word = notifyTypes.find(({ value }) => value === step.notifyType)?.label ?? step.notifyType;
  return `${word} ${step.recipient.type === 'team' ? 'of' : 'in'} ${name}`;
}

export function repeatText(repeat: Repeat | undefined): string {
  if (!repeat || repeat.count === 0) return 'Not repeated.';
  const times = repeat.count === 1 ? 'once more' : `${repeat.count} more times`;
  const reset = repeat.resetRecipientStates ? ', also when somebody has acknowledged' : '';
  return `Begins again ${minutesText(repeat.waitInterval)} after the last step, ${times}${reset}.${repeat.closeAlertAfterAll ? ' Then the alert is closed.' : ''}`;
}

/** What a form of steps lacks; null when nothing. */
export function stepsProblem(steps: readonly EscalationStep[]): string | null {
  if (steps.length === 0) return 'Add a step.';
  const at = steps.findIndex(({ recipient }) => !recipient.id);
  return at < 0 ? null : `Step ${at + 1} tells nobody yet.`;
}
