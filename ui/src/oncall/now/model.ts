import type { Participant, Watch, WatchCard } from '../wire';

const names = (people: readonly Participant[], nameOf: (who: Participant) => string) => people.map(nameOf).join(' ');

/** Cards of which the team, a schedule or somebody on call has the words; the schedules of a card that do not are left out unless the team has them. */
export function matchingCards(cards: readonly WatchCard[], query: string, nameOf: (who: Participant) => string): WatchCard[] {
  const words = query.trim().toLowerCase();
  if (words === '') return [...cards];
  const has = (text: string) => text.toLowerCase().includes(words);
  return cards.flatMap((card) => {
    if (card.team && has(card.team.name)) return [card];
    const watches = card.watches.filter((watch) => has(`${watch.schedule.name} ${names(watch.now, nameOf)} ${names(watch.next, nameOf)}`));
    return watches.length > 0 ? [{ ...card, watches }] : [];
  });
}

/** How much of a watch is still to come: "for 3 h 20 min". */
export function remaining(until: string, now: number): string {
  const minutes = Math.max(0, Math.round((Date.parse(until) - now) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

export const isCovered = (watch: Watch): boolean => watch.schedule.enabled && watch.now.length > 0;
