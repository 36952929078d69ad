export interface Look {
  accent: string;
  css: string;
  footer: string;
  layout: string;
  logoAlt: string;
  description: string;
  headline: string;
}

/** What would be published. */
export const changedFields = (saved: Look, look: Look): (keyof Look)[] => (Object.keys(saved) as (keyof Look)[]).filter((name) => saved[name] !== look[name]);

/** What the server would refuse, said while it is written. */
export function designProblems(look: Look): Partial<Record<'accent' | 'css', string>> {
  const found: Partial<Record<'accent' | 'css', string>> = {};
  if (look.accent !== '' && !/^#[0-9a-f]{6}$/i.test(look.accent)) found.accent = 'Colours are written #rrggbb.';
  const bare = look.css.replace(/\/\*[\s\S]*?\*\//g, '');
  if (bare.split('{').length !== bare.split('}').length) found.css = 'The braces do not match.';
  return found;
}

/** The page as HTML that stands in a frame of its own: its style sheets put in by us, so that a draft and a theme can be tried. */
export function framed(html: string, path: string, style: string, look: Pick<Look, 'footer' | 'layout' | 'headline'>): string {
  const doc = new DOMParser().parseFromString(html, 'text/html');
  for (const each of doc.querySelectorAll('link, script, meta[http-equiv]')) each.remove();
  const base = doc.createElement('base');
  base.href = path;
  const sheet = doc.createElement('style');
  sheet.textContent = style;
  doc.head.prepend(base);
  doc.head.append(sheet);
  doc.body.classList.toggle('wide', look.layout === 'wide');
  const foot = doc.querySelector('footer .inner');
  if (foot) {
    let words = foot.querySelector(':scope > p');
    if (!words) {
      words = doc.createElement('p');
      foot.prepend(words);
    }
    if (look.footer === '') words.remove();
    else words.textContent = look.footer;
  }
  return `<!doctype html>${doc.documentElement.outerHTML}`;
}

/** Paths of the page's style sheets, complete. */
export function sheetsOf(html: string, path: string): string[] {
  const doc = new DOMParser().parseFromString(html, 'text/html');
  const base = new URL(path, 'http://page.invalid');
  return [...doc.querySelectorAll('link[rel="stylesheet"]')].map((link) => new URL(link.getAttribute('href') ?? '', base).pathname);
}

const verbs: Readonly<Record<string, string>> = {
  'page.create': 'made the page',
  'page.settings': 'changed the settings of',
  'page.design': 'changed the design of',
  'incident.create': 'opened',
  'incident.edit': 'edited',
  'incident.edit_update': 'corrected an update of',
  'postmortem.draft': 'wrote at the postmortem of',
  'postmortem.publish': 'published the postmortem of',
  'postmortem.revert': 'withdrew the postmortem of',
  'postmortem.delete': 'deleted the postmortem of',
  'incident.delete': 'deleted',
  'incident.investigating': 'wrote “investigating” about',
  'incident.identified': 'wrote “identified” about',
  'incident.monitoring': 'wrote “monitoring” about',
  'incident.resolved': 'resolved',
  'incident.scheduled': 'wrote about',
  'incident.in_progress': 'began',
  'incident.verifying': 'wrote “verifying” about',
  'incident.completed': 'completed',
  'maintenance.create': 'scheduled',
  'maintenance.remind': 'reminded subscribers of',
  'component.create': 'added the component',
  'component.edit': 'changed the component',
  'component.delete': 'removed the component',
  'component.order': 'put the components in another order on',
  'component.history': 'corrected the record of',
  'subscriber.add': 'added the subscriber',
  'subscriber.remove': 'removed the subscriber',
  'subscriber.resend': 'asked subscribers again to confirm:',
  'subscriber.reactivate': 'made subscribers active again:',
  'metric.create': 'added the metric',
  'key.create': 'made the key',
  'key.delete': 'took back the key',
};

/** A line of the activity, after the name of whoever did it. */
export function activityText(verb: string, subject: string): string {
  if (verb === 'subscriber.import') return `imported ${subject} ${subject === '1' ? 'subscriber' : 'subscribers'}`;
  return `${verbs[verb] ?? verb.replace('.', ': ').replaceAll('_', ' ')} ${subject}`.trim();
}
