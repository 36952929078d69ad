// Copies chosen screenshots of the last run of the journeys to docs/images.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = join(here, '../../docs/images');
const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['board-desktop-light', 'issue-desktop-light', 'time-machine-desktop-light'];

mkdirSync(target, { recursive: true });
for (const name of chosen) {
  const source = join(here, 'out', `${name}.png`);
  if (!existsSync(source)) {
    console.error(`${name}.png is not there: run the journeys first`);
    process.exit(1);
  }
  copyFileSync(source, join(target, `${name}.png`));
  console.log(`docs/images/${name}.png`);
}
