import type { Subject } from '../wire';

export type Right = 'read' | 'update';

export interface Restricted {
  read: Subject[];
  update: Subject[];
}

const same = (a: Subject, b: Subject): boolean => a.type === b.type && a.name === b.name;

/** Everybody who is named, each once. */
export function allOf({ read, update }: Restricted): Subject[] {
  return [...read, ...update.filter((subject) => !read.some((each) => same(each, subject)))];
}

export const without = ({ read, update }: Restricted, subject: Subject): Restricted => ({ read: read.filter((each) => !same(each, subject)), update: update.filter((each) => !same(each, subject)) });

/**
 * Gives somebody a right. Who may change is named among those who may view too, as
 * soon as viewing is restricted at all.
 */
export function withRight(state: Restricted, subject: Subject, right: Right): Restricted {
  const rest = without(state, subject);
  const narrow = right === 'read' || state.read.length > 0;
  return {
    read: narrow ? [...rest.read, ...(state.read.length === 0 ? rest.update.filter((each) => !rest.read.some((other) => same(each, other))) : []), subject] : rest.read,
    update: right === 'update' ? [...rest.update, subject] : rest.update,
  };
}

/** Whether somebody is not named where others are. Groups may still have them. */
export function locksOut({ read, update }: Restricted, accountId: string): boolean {
  const has = (subjects: readonly Subject[]) => subjects.length === 0 || subjects.some((each) => each.type === 'user' && each.name === accountId);
  return !has(read) || !has(update);
}
