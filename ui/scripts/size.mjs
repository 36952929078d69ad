// Adds up the script that the first load of each page needs, compressed by
// brotli, and fails when a page is over its budget.
import { readFileSync, statSync } from 'node:fs';

const kB = 1024;
const manifest = JSON.parse(readFileSync(new URL('../dist/.vite/manifest.json', import.meta.url), 'utf8'));

/** Every chunk that a chunk imports, itself included. */
function closure(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of manifest[name]?.imports ?? []) closure(other, found);
  return found;
}

const brotli = (file) => statSync(new URL(`../dist/${file}.br`, import.meta.url)).size;
const kilobytes = (bytes) => `${(bytes / kB).toFixed(1)} kB`;

/** The chunks of named pages; every other page of a product that is a chunk of its own is measured too. */
const named = {
  'src/tracker/list/IssueListPage.tsx': { page: 'issue list', budget: 220 * kB },
  'src/tracker/BrowsePage.tsx': { page: 'issue view', more: ['src/tracker/issue/index.tsx', 'src/tracker/issue/index.ts'] },
  'src/tracker/board/BoardPage.tsx': { page: 'board' },
  'src/admin/timemachine/TimeMachinePage.tsx': { page: 'time machine' },
  'src/admin/LoginPage.tsx': { page: 'login' },
};
const usual = 250 * kB;

/** A manifest or the shell may not pull a product's pages or the editor into everybody's first load. */
const entry = 'index.html';
const pages = Object.keys(manifest)
  .filter((name) => /^src\/(tracker|wiki|oncall|status|admin)\/.*Page\.tsx$/.test(name))
  .sort();

let over = false;
for (const chunk of pages) {
  const { page = chunk.replace(/^src\/|Page\.tsx$/g, ''), budget = usual, more = [] } = named[chunk] ?? {};
  const chunks = new Set([entry, chunk, ...more].filter((name) => manifest[name]).flatMap((name) => [...closure(name)]));
  const files = [...new Set([...chunks].map((name) => manifest[name].file))].filter((file) => file.endsWith('.js'));
  const styles = [...new Set([...chunks].flatMap((name) => manifest[name].css ?? []))];
  const script = files.reduce((sum, file) => sum + brotli(file), 0);
  const style = styles.reduce((sum, file) => sum + brotli(file), 0);
  if (script > budget) over = true;
  console.log(`${page.padEnd(32)} script ${kilobytes(script).padStart(9)} of ${kilobytes(budget)}  style ${kilobytes(style)}${script > budget ? '  OVER' : ''}`);
}
if (over) process.exit(1);
