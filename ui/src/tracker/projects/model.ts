export interface Template {
  /** Jira's key of the template, which POST /rest/api/3/project takes. */
  key: string;
  name: string;
  explains: string;
}

export const templates: readonly Template[] = [
  { key: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic', name: 'Kanban', explains: 'Work flows across a board, one card at a time.' },
  { key: 'com.pyxis.greenhopper.jira:gh-simplified-scrum-classic', name: 'Scrum', explains: 'Work is planned in sprints, from a backlog.' },
  { key: 'com.pyxis.greenhopper.jira:gh-simplified-basic', name: 'Basic', explains: 'Tasks with three states, nothing else.' },
];

/** A key from a name: initials of several words, or the beginning of one. */
export function keyOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => /^[A-Z]/.test(word));
  if (words.length === 0) return '';
  return words.length === 1 ? (words[0] ?? '').slice(0, 4) : words.map((word) => word[0]).join('').slice(0, 6);
}

export function keyProblem(key: string): string | undefined {
  if (/^[A-Z][A-Z0-9_]{1,9}$/.test(key)) return undefined;
  return 'Use 2 to 10 capital letters and digits, beginning with a letter.';
}
