// Starts the real binary on an empty data folder, or uses BASE_URL, and opens a
// browser on it. Journeys tell stories; this file knows how a page is driven.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
export const out = join(here, 'out');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const admin = { name: 'Ana Lindqvist', email: 'ana@acme.example', password: 'correct horse battery staple' };

const browserFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answers(url, child) {
  for (const end = Date.now() + 4 * patience; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const ok = await fetch(url).then((response) => response.ok, () => false);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answered at ${url}`);
}

/**
 * A server to test against: `base` is its URL, `stop` ends it and removes its data. `prepare` may
 * run commands on the data before: `run(['org', 'create', 'Acme'], input)`.
 */
export async function startServer({ prepare } = {}) {
  if (process.env.BASE_URL) return { base: process.env.BASE_URL.replace(/\/$/, ''), stop: () => undefined };
  const binary = process.env.HOLDFAST_BIN ?? join(here, '../../bin/holdfast');
  const data = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  prepare?.((args, input = '') => execFileSync(binary, [...args, '--data', data], { input }));
  const port = await freePort();
  const log = [];
  const child = spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.push(chunk));
  const base = `http://127.0.0.1:${port}`;
  try {
    await answers(`${base}/api/session`, child);
  } catch (error) {
    child.kill();
    throw new Error(`${error.message}\n${Buffer.concat(log).toString().slice(-4000)}`, { cause: error });
  }
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { base, stop };
}

export function openBrowser() {
  mkdirSync(out, { recursive: true });
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: browserFlags });
}

/** `E2E_SLOW=6` makes browsers six times as slow as they are, `E2E_ZONE=Pacific/Kiritimati` puts them elsewhere: no journey may mind. */
const slowness = Number(process.env.E2E_SLOW ?? 1);
const zone = process.env.E2E_ZONE;

/** How long a journey waits for what it must see, in ms. Long, since it costs only who fails: machines of a build are busy. */
export const patience = 30_000;

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** A fresh browser profile. What the page complains about fails the journey through `complaints`. */
export async function openPage(browser, base, { device = 'desktop', theme = 'light', storageState } = {}) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: sizes[device],
    colorScheme: theme,
    reducedMotion: 'reduce',
    hasTouch: device === 'phone',
    isMobile: device === 'phone',
    locale: 'en-GB',
    ...(zone ? { timezoneId: zone } : {}),
    ...(storageState ? { storageState } : {}),
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  if (slowness > 1) {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowness });
  }
  watchRequests(page);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // A refused request is logged by the browser itself; the journeys check those they provoke.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  return { page, context, complaints };
}

/** Calls the API as whoever is signed in to the page. */
export function callApi(page, method, path, body) {
  return page.evaluate(
    async ([verb, url, payload]) => {
      const session = await fetch(`${/^\/s\/[^/]+/.exec(url)?.[0] ?? ''}/api/session`).then((response) => response.json());
      const response = await fetch(url, {
        method: verb,
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrfToken },
        ...(payload === null ? {} : { body: JSON.stringify(payload) }),
      });
      const text = await response.text();
      let json = null;
      try {
        json = JSON.parse(text);
      } catch {
        // Some answers have no body, or not one of JSON.
      }
      return { status: response.status, body: json };
    },
    [method, path, body ?? null],
  );
}

/** A company with a project, made by calls, for journeys that do not tell how one begins. Gives the key of the project. */
export async function foundCompany(page, key = 'ORC') {
  await page.goto('/');
  const { body: session } = await callApi(page, 'GET', '/api/session');
  if (session.state === 'setup') {
    const made = await callApi(page, 'POST', '/api/setup', { organization: 'Acme Orchards', site: 'Acme', slug: 'acme', ...admin });
    assert.ok(made.status < 300, JSON.stringify(made));
  }
  const { body: me } = await callApi(page, 'GET', '/rest/api/3/myself');
  const project = await callApi(page, 'POST', '/rest/api/3/project', {
    name: 'Orchard',
    key,
    projectTypeKey: 'software',
    projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic',
    leadAccountId: me.accountId,
    assigneeType: 'UNASSIGNED',
  });
  assert.equal(project.status, 201, JSON.stringify(project.body));
  return { key, me };
}

/** Makes an issue by a call and gives its key. */
export async function makeIssue(page, project, fields, type = 'Task') {
  const made = await callApi(page, 'POST', '/rest/api/3/issue', { fields: { project: { key: project }, issuetype: { name: type }, ...fields } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body.key;
}

/** Puts something on the clipboard event of the element in focus, as a browser would after copying. */
export function paste(page, { text, html, file }) {
  return page.evaluate(
    ([plain, rich, named]) => {
      const data = new DataTransfer();
      if (plain) data.setData('text/plain', plain);
      if (rich) data.setData('text/html', rich);
      if (named) data.items.add(new File([Uint8Array.from(atob(named.base64), (char) => char.charCodeAt(0))], named.name, { type: named.type }));
      (document.activeElement ?? document.body).dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [text, html, file],
  );
}

/** Reads again and again until it satisfies, and gives what was read. */
export async function eventually(read, ok, what) {
  let last;
  for (const end = Date.now() + patience; Date.now() < end; ) {
    last = await read();
    if (ok(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new assert.AssertionError({ message: `${what}: ${JSON.stringify(last)?.slice(0, 1200)}` });
}

/** Waits until a call's answer satisfies; what was painted ahead has then reached the server. */
export function until(page, path, ok, what) {
  return eventually(async () => (await callApi(page, 'GET', path)).body, ok, what);
}

/** What a toast with this title offers to take back; there may be an older one beside it. */
export const undoOf = (page, title) => page.getByRole('region', { name: 'Notifications' }).getByRole('listitem').filter({ hasText: title }).getByRole('button', { name: 'Undo' });

const running = new WeakMap();

/** Counts what the page waits for, but the stream of commits, which never ends. */
function watchRequests(page) {
  const open = new Set();
  running.set(page, open);
  page.on('request', (request) => {
    if (!request.url().includes('/api/events')) open.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => open.delete(request));
  page.on('framenavigated', (frame) => frame === page.mainFrame() && open.clear());
}

/** Waits until a page is what it is going to be: nothing is fetched, loading or moving. */
export async function settled(page) {
  const still = () =>
    page.evaluate(async () => {
      await document.fonts.ready;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const moves = document.getAnimations().some((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity);
      return !moves && document.querySelector('[role="status"][aria-label="Loading"], [aria-busy="true"]') === null;
    });
  let calm = 0;
  await eventually(
    async () => {
      const quiet = (running.get(page)?.size ?? 0) === 0 && (await still());
      calm = quiet ? calm + 1 : 0;
      // Twice, 100 ms apart: an answer is drawn, and may ask for more, after it came.
      return calm > 1 ? [] : [...(running.get(page) ?? [])].map((request) => request.url());
    },
    () => calm > 1,
    'the page does not come to rest, it waits for',
  );
}

/** A picture of one red pixel. */
export const pixel = { name: 'pixel.png', type: 'image/png', base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==' };

/** Whether the server has an operation at all; a journey about a missing one is skipped, and says so. */
export async function has(page, method, path, body) {
  const { status, body: answer } = await callApi(page, method, path, body);
  const unknown = /no such operation/i.test(JSON.stringify(answer ?? ''));
  return status !== 501 && status !== 405 && !(status === 404 && (answer === null || unknown));
}

/** Fails with every rule that the page breaks and where. What is on its way is no part of the page: only what stays counts. */
export async function checkAccessibility(page, what) {
  await settled(page);
  await page.evaluate(axeSource);
  const look = () =>
    page.evaluate(async () => {
      const result = await axe.run(document, { resultTypes: ['violations'] });
      return result.violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 3).map((node) => node.target.join(' ')) }));
    });
  let violations = await look();
  if (violations.length > 0) {
    await settled(page);
    violations = await look();
  }
  const text = violations.map((violation) => `${violation.id}: ${violation.help}\n    ${violation.where.join('\n    ')}`).join('\n  ');
  assert.equal(violations.length, 0, `${what} breaks accessibility rules:\n  ${text}`);
}

export async function screenshot(page, name) {
  await page.screenshot({ path: join(out, `${name}.png`) });
}
