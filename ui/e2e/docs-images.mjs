// Takes the pictures of docs/images from the demo company, as a visitor sees it: `npm run docs:images` after `make build`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser, openPage } from './harness.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = join(here, '../../docs/images');
const binary = process.env.HOLDFAST_BIN ?? join(here, '../../bin/holdfast');
const only = process.argv.slice(2);

/** A picture: what to open, what must be there before it is taken, and in which theme. */
const pictures = [
  { name: 'board', path: '/projects/APP/board', ready: 'main' },
  { name: 'issue', path: '/browse/APP-120', ready: 'main h1' },
  { name: 'wiki', path: '/wiki', ready: 'main', follow: 'How a request travels' },
  { name: 'alerts', path: '/oncall/alerts', ready: 'text=disk 91' },
  { name: 'status', path: '/status/', ready: 'h1' },
  { name: 'time-machine', path: '/settings/time-machine', ready: 'main' },
];

async function demo() {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-tour-'));
  const port = 18080 + (process.pid % 1000);
  const child = spawn(binary, ['demo', '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    if (await fetch(`${base}/readyz`).then((answer) => answer.ok, () => false)) break;
    if (tries > 1200 || child.exitCode !== null) throw new Error('the demo does not start');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const login = JSON.parse(readFileSync(join(data, 'demo-login.json'), 'utf8'));
  return { base, login, stop: () => (child.kill('SIGTERM'), rmSync(data, { recursive: true, force: true })) };
}

async function signIn(page, base, login) {
  await page.goto(`${base}/login`);
  await page.getByLabel('Email').fill(login.email);
  await page.getByLabel('Password').fill(login.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.endsWith('/login'));
}

async function take(page, base, picture, file) {
  await page.goto(base + picture.path);
  await page.waitForSelector(picture.ready);
  if (picture.follow) {
    const found = await page.evaluate(async (title) => {
      const answer = await fetch(`wiki/rest/api/content?title=${encodeURIComponent(title)}`);
      return (await answer.json()).results[0];
    }, picture.follow);
    await page.goto(`${base}/wiki/spaces/ENG/pages/${found.id}`);
    await page.waitForSelector('main h1');
  }
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.waitForTimeout(600);
  await page.screenshot({ path: file });
  console.log(file);
}

const { base, login, stop } = await demo();
const browser = await openBrowser();
try {
  mkdirSync(target, { recursive: true });
  for (const theme of ['light', 'dark']) {
    const { page, context } = await openPage(browser, base, { theme });
    await signIn(page, base, login);
    for (const picture of pictures) {
      const name = `${picture.name}-desktop-${theme}`;
      // The documents show the light forms; the dark ones are for looking at.
      const file = theme === 'light' ? join(target, `${name}.png`) : join(tmpdir(), `${name}.png`);
      if (only.length > 0 && !only.includes(picture.name)) continue;
      await take(page, base, picture, file);
    }
    await context.close();
  }
} finally {
  await browser.close();
  stop();
}
