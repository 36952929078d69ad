// One suite: one sign-in, everything by the keyboard, every product found, linked, brought back, and switched off.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { admin, callApi, checkAccessibility, eventually, foundCompany, makeIssue, openBrowser, openPage, paste, screenshot, settled, startServer, until } from './harness.mjs';

const stamp = Date.now() % 100_000;
const key = `GRV${stamp}`;
const words = `Grove${stamp}`;

async function ok(page, method, path, body) {
  const answer = await callApi(page, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const text = (say) => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: say }] }] });

describe('five products are one suite', () => {
  let server, browser, page, context, complaints;
  const made = {};

  /** Opens the palette, looks for words and gives the options of a group. */
  async function find(query, group) {
    await page.keyboard.press('Control+k');
    const input = page.getByRole('combobox', { name: 'Search records and commands' });
    await input.fill(query);
    const results = page.getByRole('listbox', { name: 'Results' });
    if (group) await results.getByText(group, { exact: true }).waitFor();
    return results;
  }

  async function go(keys, path) {
    for (const one of keys.split(' ')) await page.keyboard.press(one);
    await page.waitForURL(`**${path}*`);
  }

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    ({ page, context, complaints } = await openPage(browser, server.base));
    await foundCompany(page, key);
    await page.context().clearCookies();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('signs in once and walks all products by the keyboard', async () => {
    await page.goto('/');
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').getByText('My work').first().waitFor();
    await go('g i', '/issues');
    await page.getByRole('main').waitFor();
    await go('g w', '/wiki');
    await go('g o', '/oncall/alerts');
    await go('g n', '/oncall/now');
    await go('g s', '/statuspages/incidents');
    await go('g t', '/settings/time-machine');
    await go('g d', '/');
    assert.deepEqual(complaints, []);
  });

  it('offers to create whatever the products have', async () => {
    await page.goto('/');
    await page.getByRole('main').waitFor();
    const results = await find('create');
    for (const what of ['issue', 'page', 'alert', 'status incident']) await results.getByRole('option', { name: new RegExp(`Create ${what}|New ${what}`, 'i') }).first().waitFor();
    await page.keyboard.press('Escape');
  });

  it('has one of each', async () => {
    made.issue = await makeIssue(page, key, { summary: `${words} pump drips` });
    const space = await ok(page, 'POST', '/wiki/api/v2/spaces', { key, name: `${words} handbook` });
    made.space = space.id;
    const draft = await ok(page, 'PUT', '/api/wiki/drafts/new', { spaceId: space.id, parentId: space.homepageId, title: `${words} pumps`, body: text('All about pumps.') });
    await ok(page, 'POST', `/api/wiki/pages/${draft.pageId}/publish`, { baseVersion: 0, title: `${words} pumps`, body: text('All about pumps.') });
    made.page = draft.pageId;
    await ok(page, 'POST', '/v2/alerts', { message: `${words} pressure low`, priority: 'P2' });
    const found = await until(page, `/api/oncall/alerts?query=${encodeURIComponent(`"${words}"`)}`, ({ alerts }) => alerts?.length > 0, 'the alert');
    made.alert = found.alerts[0].id;
    const { pages } = await ok(page, 'GET', '/api/status/pages');
    made.statusPage = pages[0].id;
    const incident = await ok(page, 'POST', `/v1/pages/${made.statusPage}/incidents`, { incident: { name: `${words} without water`, status: 'investigating', body: 'We look into it.' } });
    made.incident = incident.id;
  });

  it('finds each in the palette, none hidden by another, quickly', async () => {
    await page.goto('/');
    await page.getByRole('main').waitFor();
    const results = await find(words, 'Issues');
    for (const group of ['Issues', 'Pages', 'Alerts', 'Incidents']) await results.getByText(group, { exact: true }).waitFor();
    for (const name of ['pump drips', 'pumps', 'pressure low', 'without water']) await results.getByRole('option', { name: new RegExp(`${words} ${name}`) }).first().waitFor();
    await screenshot(page, 'suite-palette');
    const asked = ['/api/suggest?limit=10&q=', '/api/wiki/suggest?q=', '/api/oncall/alerts?limit=8&query=', `/v1/pages/${made.statusPage}/incidents?limit=6&q=`];
    const times = await page.evaluate(
      async ([paths, q]) => {
        const out = {};
        for (const path of paths) {
          const all = [];
          for (let i = 0; i < 5; i++) {
            const began = performance.now();
            await fetch(path + encodeURIComponent(q)).then((response) => response.text());
            all.push(performance.now() - began);
          }
          out[path] = Math.round(all.sort((a, b) => a - b)[2]);
        }
        return out;
      },
      [asked, words],
    );
    console.log('  median ms of what the palette asks:', JSON.stringify(times));
    await page.keyboard.press('Escape');
    const narrowed = await find(`${words} without water`, 'Incidents');
    await narrowed.getByRole('option', { name: new RegExp(`${words} without water`), selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/statuspages/incidents/${made.incident}`);
  });

  it('shows links to other products as what they lead to', async () => {
    const url = (path) => `${server.base}${path}`;
    const card = (path) => ({ type: 'paragraph', content: [{ type: 'inlineCard', attrs: { url: url(path) } }] });
    await ok(page, 'PUT', `/rest/api/3/issue/${made.issue}`, {
      fields: { description: { version: 1, type: 'doc', content: [card(`/wiki/spaces/${key}/pages/${made.page}`), card(`/oncall/alerts/${made.alert}`), card(`/statuspages/incidents/${made.incident}`), card('/browse/NONE-1')] } },
    });
    await page.goto(`/browse/${made.issue}`);
    for (const name of ['pumps', 'pressure low', 'without water']) await page.getByRole('main').getByRole('link', { name: new RegExp(`${words} ${name}`) }).first().waitFor();
    await page.getByText('Investigating', { exact: false }).first().waitFor();
    await checkAccessibility(page, 'an issue with links to all products');
    await screenshot(page, 'suite-cards');
  });

  it('makes a card of an address that is pasted', async () => {
    await page.getByRole('button', { name: /comment/i }).first().click();
    const box = page.getByRole('textbox', { name: /comment/i }).first();
    await box.waitFor();
    await box.click();
    await paste(page, { text: `${server.base}/oncall/alerts/${made.alert}` });
    await page.locator('[contenteditable] [data-node="card"]').filter({ hasText: `${words} pressure low` }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('links an issue made from an alert both ways', async () => {
    const issue = await ok(page, 'POST', `/api/oncall/alerts/${made.alert}/issue`, { project: key, issueType: 'Task' });
    await page.goto(`/browse/${issue.key}`);
    const back = page.getByRole('region', { name: 'Web links' }).getByRole('link', { name: new RegExp(`${words} pressure low`) });
    await back.waitFor();
    await screenshot(page, 'suite-weblinks');
    await back.click();
    await page.waitForURL(`**/oncall/alerts/${made.alert}*`);
    const { notes } = await ok(page, 'GET', `/api/oncall/alerts/${made.alert}`);
    assert.match(JSON.stringify(notes), new RegExp(issue.key));
  });

  it('brings back what three products lost, together, and takes that back', async () => {
    await page.waitForTimeout(50);
    const { commits } = await ok(page, 'GET', '/api/timemachine/commits?limit=1');
    const before = commits[0].at;
    await page.waitForTimeout(50);
    await ok(page, 'DELETE', `/wiki/api/v2/pages/${made.page}`);
    await ok(page, 'POST', `/v2/alerts/${made.alert}/close`, {});
    await ok(page, 'PATCH', `/v1/pages/${made.statusPage}/incidents/${made.incident}`, { incident: { name: `${words} flooded`, status: 'identified', body: 'A leak.' } });
    const state = async () => ({
      page: (await callApi(page, 'GET', `/wiki/api/v2/pages/${made.page}`)).body?.status,
      alert: (await ok(page, 'GET', `/api/oncall/alerts/${made.alert}`)).alert.status,
      incident: (await ok(page, 'GET', `/v1/pages/${made.statusPage}/incidents/${made.incident}`)).name,
    });
    const spoiled = await eventually(state, ({ alert }) => alert === 'closed', 'the alert is closed');
    assert.notEqual(spoiled.page, 'current');
    assert.equal(spoiled.incident, `${words} flooded`);

    await page.goto('/settings/time-machine');
    await page.locator('button[id^="commit-"]').first().waitFor();
    await page.locator('button[id^="commit-status-"]').first().waitFor();
    await page.locator('button[id^="commit-oncall-"]').first().waitFor();
    await page.getByRole('button', { name: 'In all products' }).click();
    await page.getByRole('option', { name: 'Status page' }).click();
    await page.locator('button[id^="commit-work-"]').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'In Status page' }).click();
    await page.getByRole('option', { name: 'Status page' }).click();
    const index = await page.evaluate(async (at) => {
      const { commits: all } = await fetch('/api/timemachine/commits?limit=200').then((response) => response.json());
      const commit = all.find((each) => each.at === at);
      return `commit-${commit.volume}-${commit.seq}`;
    }, before);
    await page.locator(`#${index}`).click();
    const preview = page.getByRole('complementary', { name: 'What a restore would change' });
    for (const thing of ['page', 'alert', 'status incident']) await preview.getByRole('heading', { name: new RegExp(`\\b${thing}`) }).first().waitFor();
    await checkAccessibility(page, 'the time machine over all products');
    await screenshot(page, 'suite-timemachine');
    await page.getByRole('button', { name: 'Restore this state…' }).click();
    await page.getByLabel('Why?').fill('A bad evening');
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByRole('tab', { name: /Restores/ }).click();
    const restore = page.getByRole('listitem').filter({ hasText: 'A bad evening' }).first();
    await restore.getByText('Done').waitFor({ timeout: 90_000 });
    assert.deepEqual(await state(), { page: 'current', alert: 'open', incident: `${words} without water` });
    await screenshot(page, 'suite-restores');

    await restore.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo the restore' }).click();
    await restore.getByText('Undone').waitFor({ timeout: 90_000 });
    assert.deepEqual(await state(), spoiled);
  });

  it('switches a product off and on; nothing of it is lost', async () => {
    await page.goto('/settings/products');
    const oncall = page.getByRole('listitem', { name: 'On-call' });
    await oncall.getByText(/1 alert/).waitFor();
    await checkAccessibility(page, 'the products');
    await screenshot(page, 'suite-products');
    await page.getByRole('button', { name: 'Switch off On-call' }).click();
    await page.getByText('Nothing is lost: its volume is kept').waitFor();
    await checkAccessibility(page, 'switching a product off');
    await screenshot(page, 'suite-product-off');
    await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
    await oncall.getByText('Off', { exact: true }).waitFor();
    await page.getByRole('group', { name: 'On-call' }).waitFor({ state: 'detached' });
    assert.equal((await callApi(page, 'GET', '/api/oncall/alerts')).status, 404);
    // The issue that was made from the alert stays; the alert itself is gone.
    const results = await find(`${words} pressure`, 'Issues');
    assert.equal(await results.getByText('Alerts', { exact: true }).count(), 0);
    await page.keyboard.press('Escape');
    await page.goto('/oncall/alerts');
    await page.getByText('There is no such page').waitFor();
    await page.goto('/settings/products');
    await page.getByRole('button', { name: 'Switch on On-call' }).click();
    await page.getByRole('group', { name: 'On-call' }).first().waitFor();
    await oncall.getByText(/1 alert/).waitFor();
    assert.equal((await ok(page, 'GET', `/api/oncall/alerts/${made.alert}`)).alert.message, `${words} pressure low`);
    assert.deepEqual(complaints, []);
  });

  it('is the same in the dark and on a phone', async () => {
    const storageState = await context.storageState();
    const dark = await openPage(browser, server.base, { theme: 'dark', storageState });
    for (const path of ['/settings/products', '/settings/time-machine', `/browse/${made.issue}`]) {
      await dark.page.goto(path);
      await dark.page.getByRole('main').waitFor();
      await checkAccessibility(dark.page, `${path} in the dark`);
      await screenshot(dark.page, `suite-dark-${path.split('/')[2].replace(/\d+.*/, '')}`);
    }
    await dark.context.close();
    const phone = await openPage(browser, server.base, { device: 'phone', storageState });
    for (const path of ['/settings/products', '/settings/time-machine']) {
      await phone.page.goto(path);
      await phone.page.getByRole('main').waitFor();
      await settled(phone.page);
      const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${path} is ${wide} px wider than a phone`);
      await screenshot(phone.page, `suite-phone-${path.split('/')[2]}`);
    }
    await phone.context.close();
  });
});
