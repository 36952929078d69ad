/** What the server wrote into the page: where this site lives and which build it is. */
export interface Boot {
  /** Empty, or "/s/SLUG" when several sites share one host. Never ends with a slash. */
  basePath: string;
  version: string;
}

function readBoot(): Boot {
  const element = document.getElementById('holdfast-boot');
  const fallback: Boot = { basePath: /^\/s\/[^/]+/.exec(location.pathname)?.[0] ?? '', version: 'dev' };
  if (!element?.textContent) return fallback;
  try {
    const parsed = JSON.parse(element.textContent) as Partial<Boot>;
    return { basePath: parsed.basePath ?? '', version: parsed.version ?? 'dev' };
  } catch {
    return fallback;
  }
}

export const boot: Boot = readBoot();

/** The URL of a path of this site, for links that the router does not follow. */
export function siteUrl(path: string): string {
  return boot.basePath + path;
}
