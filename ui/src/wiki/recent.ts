import { readLocal, useLocal, writeLocal } from '../api';

export interface SpaceLink {
  key: string;
  name: string;
  icon: string;
}

const none: SpaceLink[] = [];
const slot = 'recent-spaces';

/** Remembers a space as the latest one looked at, for the rail. */
export function visitSpace({ key, name, icon }: SpaceLink): void {
  const before = readLocal(slot, none);
  const [first] = before;
  if (first?.key === key && first.name === name && first.icon === icon) return;
  writeLocal(slot, [{ key, name, icon }, ...before.filter((other) => other.key !== key)].slice(0, 5));
}

export function useRecentSpaces(): SpaceLink[] {
  return useLocal(slot, none)[0];
}
