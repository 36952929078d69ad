import type { SetupRequest } from '../api';

export const shortestPassword = 12;

/** A name as it can stand in an address: "Müller & Söhne" becomes "muller-sohne". */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
}

/** What is wrong with the form, by field; the server decides in the end. */
export function setupProblems(form: SetupRequest): Partial<Record<keyof SetupRequest, string>> {
  const problems: Partial<Record<keyof SetupRequest, string>> = {};
  if (form.organization.trim() === '') problems.organization = 'Write the name of your company or team.';
  if (form.site.trim() === '') problems.site = 'Give the site a name.';
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(form.slug)) {
    problems.slug = 'Use small letters, digits and hyphens, beginning and ending with a letter or digit.';
  }
  if (form.name.trim() === '') problems.name = 'Write your name.';
  if (!/^[^\s@]+@[^\s@]+$/.test(form.email.trim())) problems.email = 'Write an email address, like ana@example.com.';
  if ([...form.password].length < shortestPassword) problems.password = `Use at least ${shortestPassword} characters.`;
  return problems;
}
