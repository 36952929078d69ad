import type { Version } from '../wire';

/** Versions under the day they were made, as they come. */
export function byDay(versions: readonly Version[], now = Date.now()): { label: string; versions: Version[] }[] {
  const days: { label: string; versions: Version[] }[] = [];
  for (const version of versions) {
    const label = dayLabel(Date.parse(version.createdAt), now);
    const last = days.at(-1);
    if (last?.label === label) last.versions.push(version);
    else days.push({ label, versions: [version] });
  }
  return days;
}

function dayLabel(at: number, now: number): string {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
}
