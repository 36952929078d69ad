// Adds up the script that the issue list needs on its first load, compressed
// by brotli, and fails when it is over the budget.
import { readFileSync, statSync } from 'node:fs';

const budget = 220 * 1024;
const manifest = JSON.parse(readFileSync(new URL('../dist/.vite/manifest.json', import.meta.url), 'utf8'));

/** Every chunk that a chunk imports, itself included. */
function closure(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of manifest[name]?.imports ?? []) closure(other, found);
  return found;
}

const brotli = (file) => statSync(new URL(`../dist/${file}.br`, import.meta.url)).size;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;

const pages = {
  'issue list': ['index.html', 'src/tracker/list/IssueListPage.tsx'],
  board: ['index.html', 'src/tracker/board/BoardPage.tsx'],
  'issue view': ['index.html', 'src/tracker/BrowsePage.tsx', 'src/tracker/issue/index.tsx', 'src/tracker/issue/index.ts'],
  'time machine': ['index.html', 'src/admin/timemachine/TimeMachinePage.tsx'],
  login: ['index.html', 'src/admin/LoginPage.tsx'],
};

let over = false;
for (const [page, entries] of Object.entries(pages)) {
  const chunks = new Set(entries.filter((entry) => manifest[entry]).flatMap((entry) => [...closure(entry)]));
  const files = [...new Set([...chunks].map((name) => manifest[name].file))].filter((file) => file.endsWith('.js'));
  const styles = [...new Set([...chunks].flatMap((name) => manifest[name].css ?? []))];
  const script = files.reduce((sum, file) => sum + brotli(file), 0);
  const style = styles.reduce((sum, file) => sum + brotli(file), 0);
  const checked = page === 'issue list';
  if (checked && script > budget) over = true;
  console.log(`${page.padEnd(14)} script ${kilobytes(script).padStart(9)}${checked ? ` of ${kilobytes(budget)}` : ''.padEnd(12)}  style ${kilobytes(style)}`);
}
if (over) {
  console.error('The issue list is over its budget.');
  process.exit(1);
}
