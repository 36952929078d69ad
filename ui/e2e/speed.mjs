// Measures how soon an issue can be used: cold (a fresh browser profile, nothing cached, until the issue
// stands there with its properties) and warm (from the list to another issue, opened by hand). Prints one line of JSON.
//
// BASE_URL, EMAIL, PASSWORD: a running server with issues; without them an own server with a few issues.
import assert from 'node:assert/strict';
import { foundCompany, makeIssue, openBrowser, openPage, startServer } from './harness.mjs';

const rounds = Number(process.env.ROUNDS ?? 9);
const budget = { cold: 1_000, warm: 150 };

const server = await startServer();
const browser = await openBrowser();

async function signedIn() {
  const { page, context } = await openPage(browser, server.base);
  if (process.env.EMAIL) {
    await page.goto('/login');
    await page.getByLabel('Email').fill(process.env.EMAIL);
    await page.getByLabel('Password').fill(process.env.PASSWORD ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => !url.pathname.endsWith('/login'));
  } else {
    const { key } = await foundCompany(page);
    for (let i = 0; i < 12; i++) await makeIssue(page, key, { summary: `Tree number ${i}` });
  }
  const storageState = await context.storageState();
  await context.close();
  return storageState;
}

async function issuesOfTheFirstPage(storageState) {
  const { page, context } = await openPage(browser, server.base, { storageState });
  await page.goto('/');
  const links = page.locator('a[href*="/browse/"]');
  await links.first().waitFor();
  const keys = [...new Set(await links.evaluateAll((found) => found.map((each) => each.pathname.split('/').at(-1))))];
  await context.close();
  assert.ok(keys.length >= 3, 'the first page shows too few issues to measure with');
  return keys;
}

/** Milliseconds from the start of the navigation, in a profile that has nothing of this site but its session. */
async function openCold(storageState, key) {
  const { page, context } = await openPage(browser, server.base, { storageState });
  await page.addInitScript((wanted) => {
    const look = () => {
      const article = document.querySelector(`article[aria-label^="${wanted} "]`);
      if (article?.querySelector('aside dl')) requestAnimationFrame(() => (window.usableAt = performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  }, key);
  await page.goto(`/browse/${key}`, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.usableAt > 0);
  const at = await page.evaluate(() => window.usableAt);
  await context.close();
  return at;
}

/** Milliseconds from the click to the frame in which the heading of that issue stands; the heading comes with all properties. */
const openByHand = (page, key) =>
  page.evaluate(
    (wanted) =>
      new Promise((resolve, reject) => {
        const link = [...document.querySelectorAll('a')].find((each) => each.pathname.endsWith(`/browse/${wanted}`));
        if (!link) return reject(new Error(`no link to ${wanted}`));
        const start = performance.now();
        const look = () => {
          const article = document.querySelector(`article[aria-label^="${wanted} "]`);
          if (article?.querySelector('aside dl')) return requestAnimationFrame(() => resolve(performance.now() - start));
          if (performance.now() - start > 10_000) return reject(new Error(`${wanted} did not appear`));
          requestAnimationFrame(look);
        };
        link.click();
        look();
      }),
    key,
  );

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Math.round(value * 10) / 10;

try {
  const storageState = await signedIn();
  const shown = await issuesOfTheFirstPage(storageState);
  const cold = [];
  for (let i = 0; i < rounds; i++) cold.push(await openCold(storageState, shown[0]));
  const { page } = await openPage(browser, server.base, { storageState });
  const warm = [];
  await page.goto('/');
  for (const key of shown.slice(0, rounds)) {
    await page.locator(`a[href$="/browse/${key}"]`).first().waitFor();
    warm.push(await openByHand(page, key));
    await page.waitForTimeout(300);
    await page.goBack();
  }
  const result = { cold_ms: round(median(cold)), cold_best_ms: round(Math.min(...cold)), cold_worst_ms: round(Math.max(...cold)), warm_ms: round(median(warm)), warm_best_ms: round(Math.min(...warm)), warm_worst_ms: round(Math.max(...warm)), rounds: { cold: cold.length, warm: warm.length }, budget };
  console.log(JSON.stringify(result));
  if (result.cold_ms > budget.cold || result.warm_ms > budget.warm) process.exitCode = 1;
} finally {
  await browser.close();
  await server.stop();
}
