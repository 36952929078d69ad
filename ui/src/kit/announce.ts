let region: HTMLElement | null = null;

/** Says a line to screen readers, e.g. where a dragged card now stands. */
export function announce(text: string): void {
  if (!region) {
    region = document.createElement('div');
    region.className = 'visually-hidden';
    region.setAttribute('aria-live', 'assertive');
    region.setAttribute('role', 'status');
    document.body.append(region);
  }
  region.textContent = text;
}
