import type { SpacePermission } from '../wire';

/** The rights of a space as they are spoken of, in the order people ask for them. */
export const rights: readonly { operation: string; target: string; label: string }[] = [
  { operation: 'read', target: 'space', label: 'See the space' },
  { operation: 'create', target: 'page', label: 'Write pages' },
  { operation: 'create', target: 'blogpost', label: 'Write posts' },
  { operation: 'create', target: 'comment', label: 'Comment' },
  { operation: 'create', target: 'attachment', label: 'Add files' },
  { operation: 'delete', target: 'page', label: 'Delete pages' },
  { operation: 'delete', target: 'blogpost', label: 'Delete posts' },
  { operation: 'delete', target: 'comment', label: 'Delete comments' },
  { operation: 'delete', target: 'attachment', label: 'Delete files' },
  { operation: 'delete', target: 'space', label: 'Delete their own' },
  { operation: 'restrict_content', target: 'space', label: 'Restrict pages' },
  { operation: 'archive', target: 'page', label: 'Archive pages' },
  { operation: 'export', target: 'space', label: 'Export' },
  { operation: 'administer', target: 'space', label: 'Administer' },
];

export interface Holder {
  subjectType: SpacePermission['subjectType'];
  subject: string;
  name: string;
  person?: SpacePermission['person'];
  /** Permission id by "operation target". */
  has: ReadonlyMap<string, string>;
}

export const rightKey = ({ operation, target }: { operation: string; target: string }): string => `${operation} ${target}`;

/** Permissions by who holds them: everybody first, then groups, then people. */
export function holders(permissions: readonly SpacePermission[]): Holder[] {
  const found = new Map<string, Holder & { has: Map<string, string> }>();
  for (const permission of permissions) {
    const key = `${permission.subjectType} ${permission.subject}`;
    const holder = found.get(key) ?? {
      subjectType: permission.subjectType,
      subject: permission.subject,
      name: permission.subjectType === 'everyone' ? 'Everybody' : (permission.person?.displayName ?? permission.subject),
      ...(permission.person ? { person: permission.person } : {}),
      has: new Map<string, string>(),
    };
    holder.has.set(rightKey(permission), permission.id);
    found.set(key, holder);
  }
  const order = { everyone: 0, group: 1, user: 2 };
  return [...found.values()].sort((a, b) => order[a.subjectType] - order[b.subjectType] || a.name.localeCompare(b.name));
}
