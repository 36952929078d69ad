// Two operators run an installation through its console, in a real browser: a plan that is taken back, and a site that was destroyed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkAccessibility as checkRules, openBrowser, openPage, screenshot, startServer } from './harness.mjs';

const customers = {
  'Acme Orchards': ['orchard', 'cider'],
  'Bramley & Söhne Obstverwaltungsgesellschaft mbH': ['bramley'],
  'Quince Ltd': ['quince', 'medlar'],
};

/** With the mouse out of the way: the tooltip of whatever it rests on is no part of the page. */
async function checkAccessibility(page, what) {
  await page.mouse.move(1, 1);
  await page.waitForTimeout(200);
  await checkRules(page, what);
}

const seen = new Set();

/** Looks at a page in both themes and on a phone. */
async function look(page, name) {
  if (seen.has(name)) return;
  seen.add(name);
  await checkAccessibility(page, name);
  await screenshot(page, `console-${name}`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(100);
  await checkAccessibility(page, `${name}, dark`);
  await screenshot(page, `console-${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(200);
  await checkAccessibility(page, `${name}, on a phone`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px wider than a phone`);
  await screenshot(page, `console-${name}-phone`);
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe('operators run an installation', () => {
  let server, browser, run, files;
  const token = {};
  const operators = {};

  before(async () => {
    files = mkdtempSync(join(tmpdir(), 'holdfast-console-'));
    server = await startServer({
      prepare: (command) => {
        run = (args, input) => command(args, input).toString().trim();
        for (const [customer, sites] of Object.entries(customers)) {
          const org = run(['org', 'create', customer]);
          for (const site of sites) run(['site', 'create', site, '--org', org, '--name', site[0].toUpperCase() + site.slice(1), '--products', 'tracker']);
          run(['user', 'create', `head@${sites[0]}.example`, '--org', org, '--name', 'Head of IT', '--password-stdin'], 'correct horse battery staple');
        }
        token.ann = run(['operator', 'create', 'ann', '--email', 'ann@platform.example', '--owner']);
        token.bob = run(['operator', 'create', 'bob', '--email', 'bob@platform.example']);
      },
    });
    browser = await openBrowser();
    for (const name of ['ann', 'bob']) operators[name] = await openPage(browser, server.base);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(files, { recursive: true, force: true });
  });

  async function signIn(name) {
    const { page } = operators[name];
    await page.goto('/console');
    await page.getByLabel('Operator token').fill(token[name]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
    return page;
  }

  it('opens for operators alone', async () => {
    const { page } = operators.ann;
    await page.goto('/console/fleet');
    await page.getByLabel('Operator token').fill('hfop_of_nobody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The operator token is not valid.').waitFor();
    await look(page, 'sign-in');
    await signIn('ann');
    await page.getByText('All 5 sites of 3 customers are there').waitFor();
    await look(page, 'now');
    await page.reload();
    await page.getByText('All 5 sites of 3 customers are there').waitFor();
  });

  it('shows the fleet and a site', async () => {
    const { page } = operators.ann;
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.getByRole('link', { name: 'Bramley' }).waitFor();
    await look(page, 'fleet');
    await page.getByRole('searchbox').fill('quince');
    await page.getByRole('link', { name: 'Bramley' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Quince', exact: true }).click();
    await page.getByText('well, all in the vault').waitFor();
    await look(page, 'site');
    await page.getByRole('tab', { name: /Contacts/ }).click();
    await page.getByRole('button', { name: 'Add contact' }).click();
    await page.getByLabel('Name').fill('Cara Meyer');
    await page.getByLabel('Mail').fill('cara@quince.example');
    await page.getByLabel('Role').fill('Head of IT');
    await page.getByRole('dialog').getByRole('button', { name: 'Add contact' }).click();
    await page.getByRole('link', { name: 'cara@quince.example' }).waitFor();
  });

  it('plans, has a second operator approve, applies and takes back', async () => {
    const { page } = operators.ann;
    await page.goto('/console/plans/new');
    const source = page.getByLabel('Plan', { exact: true });
    await source.fill('action: {kind: suspend-site}\ntargets: {kind: site}\n');
    await page.getByRole('button', { name: 'Resolve to names' }).click();
    await page.getByText('Nothing was planned.').waitFor();
    await page.getByText('reason: say why').waitFor();
    await look(page, 'plan-refused');
    await source.fill('name: Pause the sites of Quince\nreason: the customer asked for it until Monday\naction: {kind: suspend-site}\ntargets: {kind: site, where: {customer: Quince Ltd}}\n');
    await page.getByRole('button', { name: 'Resolve to names' }).click();
    await page.getByRole('heading', { name: 'Pause the sites of Quince' }).waitFor();
    await page.getByText('Another operator approves it').waitFor();
    await page.getByRole('gridcell', { name: 'Medlar' }).waitFor();
    await look(page, 'plan');
    const address = page.url();

    const bob = await signIn('bob');
    await bob.goto(address);
    await bob.getByRole('button', { name: 'Approve…' }).click();
    await bob.getByRole('dialog').getByText('Quince Ltd', { exact: false }).waitFor();
    await look(bob, 'plan-approve');
    await bob.getByRole('button', { name: 'Approve this plan' }).click();
    await bob.getByRole('button', { name: 'Apply…' }).waitFor();

    await page.getByRole('button', { name: 'Apply…' }).click();
    await page.getByRole('button', { name: 'Apply, beginning with one' }).click();
    await page.getByRole('button', { name: 'Take back…' }).waitFor();
    await page.getByText('2 applied').or(page.getByText('1 applied').first()).first().waitFor();
    await page.waitForTimeout(500);
    await look(page, 'plan-done');
    assert.match(run(['site', 'list']), /suspended\s+quince/);
    await page.getByRole('button', { name: 'Take back…' }).click();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('undone', { exact: true }).first().waitFor();
    assert.doesNotMatch(run(['site', 'list']), /suspended/);
    await page.goto('/console/plans');
    await page.getByRole('link', { name: 'Pause the sites of Quince' }).waitFor();
    await look(page, 'plans');
  });

  it('brings back a site that was destroyed, and its customer can check the report', async () => {
    const { page } = operators.ann;
    const id = run(['site', 'list'])
      .split('\n')
      .find((line) => line.endsWith(' cider'))
      .split(' ')[0];
    const roots = join(files, 'roots.json');
    run(['roots', 'export', '--site', 'cider', '--out', roots]);
    run(['site', 'destroy-for-drill', 'cider', '--site-id', id]);
    await page.goto('/console');
    await page.getByText('1 site of 1 customer needs you').waitFor();
    await page.getByRole('link', { name: 'Bring back' }).click();
    await page.getByRole('button', { name: 'The newest state in the vault' }).click();
    await page.getByText('It takes about', { exact: false }).waitFor();
    await look(page, 'recovery');
    await page.getByRole('button', { name: 'Restore Cider…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The way back:').waitFor();
    await dialog.getByLabel('Why?').fill('its files were removed');
    await look(page, 'recovery-dialog');
    await dialog.getByRole('button', { name: 'Restore Cider' }).click();
    await page.getByText('proven', { exact: false }).first().waitFor({ timeout: 20_000 });
    await look(page, 'recovered');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Loss report of Cider, as a page' }).click()]);
    const report = join(files, 'report.html');
    await download.saveAs(report);
    assert.match(run(['report', 'verify', report, '--roots', roots]), /true/i);
    // The watcher may have been faster: then the site was opened for reading from the vault, and everything frozen.
    await page.goto(`/console/sites/${id}`);
    await page.getByRole('button', { name: 'Suspend' }).waitFor();
    const resume = page.getByRole('button', { name: 'Resume' });
    if (await resume.isVisible()) {
      await resume.click();
      await page.getByLabel('Why?').fill('it is back and proven');
      await page.getByRole('button', { name: 'Resume Cider' }).click();
      await resume.waitFor({ state: 'detached' });
    }
    await page.goto('/console');
    await page.getByText('All 5 sites of 3 customers are there').waitFor({ timeout: 20_000 });
    await page.goto('/console/guards');
    await page.getByRole('heading', { name: 'Freeze' }).waitFor();
    await page.getByText(/Frozen:|Nothing is frozen/).waitFor();
    if (!(await page.getByText(/Frozen:/).isVisible())) {
      await page.getByRole('button', { name: 'Freeze everything…' }).click();
      await page.getByLabel('Why?').fill('to be sure that nothing else runs');
      await page.getByRole('button', { name: 'Freeze everything', exact: true }).click();
      await page.getByText(/Frozen:/).waitFor();
    }
    await page.getByText('All maintenance is frozen.').waitFor();
    await look(page, 'frozen');
    await page.getByRole('button', { name: 'Let it go on…' }).click();
    await page.getByRole('button', { name: 'Let it go on', exact: true }).click();
    await page.getByText('Nothing is frozen.').waitFor();
    await look(page, 'guards');
    for (const [path, text] of [['reports', 'Cider'], ['ledger', 'its files were removed'], ['contacts', 'Cara Meyer']]) {
      await page.goto(`/console/${path}`);
      await page.getByText(text, { exact: false }).first().waitFor();
      await look(page, path);
    }
  });

  it('measures a restore that would change nothing', async () => {
    const { page } = operators.ann;
    await page.goto('/console/fleet');
    await page.getByRole('link', { name: 'Orchard', exact: true }).click();
    await page.getByRole('link', { name: 'Restore…' }).click();
    await page.getByRole('slider', { name: 'Point in time' }).focus();
    await page.getByRole('button', { name: 'The newest state in the vault' }).click();
    await page.getByText('Nothing changes: this is the present state.').waitFor();
    await look(page, 'recovery-nothing');
  });

  it('complained of nothing', () => {
    for (const { complaints } of Object.values(operators)) assert.deepEqual(complaints, []);
  });
});
