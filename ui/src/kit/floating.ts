let region: HTMLElement | null = null;

/**
 * Where menus and tooltips are drawn: above the page, and inside a landmark, so that who reads by landmarks finds them. There is
 * no such landmark while it is empty.
 */
export function floatingRegion(): HTMLElement {
  if (region?.isConnected) return region;
  region = document.createElement('div');
  region.setAttribute('role', 'region');
  region.setAttribute('aria-label', 'Menus and tooltips');
  region.className = 'floating-region';
  document.body.append(region);
  return region;
}
