// Runs before the first paint, so that a reader in the dark never sees a white page.
(function () {
  var choice = 'system';
  try {
    choice = localStorage.getItem('holdfast.theme') || 'system';
  } catch {
    // Storage may be refused; the system's choice is then used.
  }
  var dark =
    choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  var root = document.documentElement;
  root.setAttribute('data-theme', dark ? 'dark' : 'light');
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
