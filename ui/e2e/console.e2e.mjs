// Two operators run an installation through its console, in a real browser: a plan that is taken back, and a site that was destroyed.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    await source.fill('name: Pause the sites of Quince\nreason: the customer asked for it until Monday\naction: {kind: suspend-site}\nexpect: {targets: 1..10}\ntargets: {kind: site, where: {customer: Quince Ltd}}\n');
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
    await page.getByRole('button', { name: 'Make the report' }).first().click();
    await page.getByText('The loss report is made and verified', { exact: false }).waitFor();
    await page.goto('/console/reports');
    await page.getByText('true', { exact: true }).first().waitFor();
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

  it('proves a backup, and shows every one that is proven', async () => {
    const { page } = operators.ann;
    await page.goto('/console/proofs');
    await page.getByRole('region', { name: 'Restore tests' }).waitFor();
    await page.getByRole('link', { name: 'Orchard', exact: true }).click();
    await page.getByRole('tab', { name: 'Restore tests' }).click();
    const tests = page.getByRole('region', { name: 'Restore tests of this site' });
    await page.getByRole('button', { name: 'Test now' }).click();
    await tests.getByText('proven', { exact: true }).first().waitFor();
    await tests.getByRole('cell', { name: 'ann' }).first().waitFor();
    await page.getByRole('button', { name: 'Test now' }).click();
    await page.getByRole('figure').first().waitFor();
    await look(page, 'site-tests');
    await page.goto('/console/proofs');
    await page.getByRole('combobox', { name: 'State' }).selectOption('proven');
    await page.getByRole('link', { name: 'Orchard', exact: true }).waitFor();
    await look(page, 'proofs');
    await page.getByRole('combobox', { name: 'State' }).selectOption('bad');
    await page.getByText('No backup fits').waitFor();
    await look(page, 'proofs-none');
    await page.getByRole('button', { name: 'Alarms' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Days without a proven restore').fill('0');
    await dialog.getByLabel('Days between two mails with roots').fill('14');
    await dialog.getByLabel('Address to call with alarms').fill('somewhere');
    await dialog.getByLabel('Days without a proven restore').fill('5');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('is no address that can be called', { exact: false }).waitFor();
    await look(page, 'alarms');
    await dialog.getByLabel('Address to call with alarms').fill('https://alarms.platform.example/hook');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('after 5 days without a proof', { exact: false }).waitFor();
    assert.match(run(['restore-test', 'list']), /proven .*Orchard/);
    await page.goto('/console/fleet');
    await page.getByRole('columnheader', { name: 'Backup proven' }).waitFor();
  });

  it('hands roots to a customer who has no login', async () => {
    const { page } = operators.ann;
    await page.goto('/console/fleet');
    await page.getByRole('link', { name: 'Quince', exact: true }).click();
    await page.getByRole('tab', { name: 'Roots' }).click();
    await page.getByText('The customer holds none yet.').waitFor();
    await page.getByRole('button', { name: 'Address to call…' }).click();
    await page.getByRole('dialog').getByLabel('Address').fill('https://quince.example/roots');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('https://quince.example/roots is called with them.').waitFor();
    await page.getByRole('button', { name: 'Hand over now' }).click();
    await page.getByText('asked for by ann', { exact: false }).waitFor();
    await look(page, 'roots');
    const link = await page.getByRole('link', { name: 'The customer’s page' }).getAttribute('href');
    const customer = await openPage(browser, server.base);
    await customer.page.goto(new URL(link).pathname);
    await customer.page.getByRole('heading', { name: 'Roots of Quince' }).waitFor();
    await look(customer.page, 'roots-of-a-customer');
    const [download] = await Promise.all([customer.page.waitForEvent('download'), customer.page.getByRole('link', { name: 'Download the newest', exact: false }).click()]);
    const file = join(files, 'from-the-page.json');
    await download.saveAs(file);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).slug, 'quince');
    await customer.context.close();
  });

  it('restores many sites together and takes it back', async () => {
    const { page } = operators.ann;
    await page.goto('/console/restores');
    await page.getByText('Many sites were never restored together').waitFor();
    await look(page, 'many-none');
    await page.getByRole('link', { name: 'Restore many sites…' }).click();
    await page.getByRole('searchbox').fill('quince');
    await page.getByRole('checkbox', { name: 'Medlar' }).check();
    await page.getByRole('checkbox', { name: 'Quince' }).check();
    await page.getByText('2 sites chosen, of 1 customer.').waitFor();
    await page.getByText('It takes about', { exact: false }).waitFor();
    await look(page, 'many-choose');
    await page.getByRole('button', { name: 'Restore 2 sites…' }).click();
    await page.getByLabel('Why?').fill('the disk of this cell is replaced');
    await look(page, 'many-dialog');
    await page.getByRole('dialog').getByRole('button', { name: 'Restore 2 sites' }).click();
    await page.getByText('2 of 2 sites back', { exact: false }).waitFor({ timeout: 30_000 });
    await page.getByText('the disk of this cell is replaced').waitFor();
    await look(page, 'many-done');
    await page.goto('/console/restores');
    await page.getByRole('link', { name: '2 sites to the newest state in the vault' }).waitFor();
    await look(page, 'many');
  });

  it('begins the end of a site; another operator approves, and the customer comes back', async () => {
    const { page } = operators.ann;
    await page.goto('/console/endings');
    await page.getByText('No site is about to end').waitFor();
    await look(page, 'endings-none');
    await page.goto('/console/fleet');
    await page.getByRole('link', { name: 'Bramley', exact: true }).click();
    await page.getByRole('tab', { name: /Contacts/ }).click();
    await page.getByRole('button', { name: 'Add contact' }).click();
    await page.getByLabel('Name').fill('Hannelore Überseemann-Kirschkern');
    await page.getByLabel('Mail').fill('hannelore@bramley.example');
    await page.getByLabel('Role').fill('Prokuristin');
    await page.getByRole('dialog').getByRole('button', { name: 'Add contact' }).click();
    await page.getByRole('link', { name: 'hannelore@bramley.example' }).waitFor();
    const id = await page.locator('code').first().textContent();
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByLabel('Why?').fill('the contract ended');
    await page.getByRole('button', { name: 'Suspend Bramley' }).click();
    await page.getByRole('button', { name: 'Tombstone…' }).click();
    await page.getByLabel('Why?').fill('the contract ended in March');
    await page.getByRole('button', { name: 'Tombstone Bramley' }).click();
    await page.getByText('tombstoned', { exact: true }).first().waitFor();
    await page.goto('/console/endings');
    await page.getByText('30 days left', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Ask for the purge…' }).click();
    await page.getByLabel('Why?').fill('The contract ended in March and they hold their copy.');
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.getByText('You asked for it', { exact: false }).waitFor();
    const { page: bob } = operators.bob;
    await bob.goto('/console/endings');
    await bob.getByRole('button', { name: 'Approve…' }).click();
    await bob.getByLabel('Identifier of the site').fill('site_of_somebody_else');
    await bob.getByRole('button', { name: 'Approve this purge' }).click();
    await bob.getByText('Could not approve the purge').waitFor();
    await look(bob, 'ending-approve');
    await bob.getByLabel('Identifier of the site').fill(id);
    await bob.getByRole('button', { name: 'Approve this purge' }).click();
    await bob.getByText('You have approved it.').waitFor();
    await bob.getByText('Approved by bob.', { exact: false }).waitFor();
    await look(bob, 'endings');
    await page.getByRole('button', { name: 'Withdraw…' }).click();
    await page.getByLabel('Why?').fill('they came back');
    await page.getByRole('button', { name: 'Withdraw the request' }).click();
    await page.getByText('Requests of the past').waitFor();
    await page.goto(`/console/sites/${id}`);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByLabel('Why?').fill('they came back');
    await page.getByRole('button', { name: 'Resume Bramley' }).click();
    await page.getByRole('button', { name: 'Suspend' }).waitFor();
  });

  it('changes whom to call', async () => {
    const { page } = operators.ann;
    await page.goto('/console/contacts');
    await page.getByRole('button', { name: 'Edit Cara Meyer' }).click();
    await page.getByRole('dialog').getByLabel('Mail').fill('cara at quince');
    await page.getByRole('dialog').getByLabel('Role').fill('');
    await page.getByRole('dialog').getByLabel('Mail').fill('cara.meyer@quince.example');
    await page.getByRole('dialog').getByLabel('Role').fill('Head of everything');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'cara.meyer@quince.example' }).waitFor();
    await page.getByText('Head of everything').waitFor();
    await page.getByRole('button', { name: 'Ask Cara Meyer whether mail reaches them' }).click();
    await page.getByText('No mail can be sent', { exact: false }).first().waitFor(); // this installation has no mail server, and says so
    await page.getByRole('button', { name: 'Remove Cara Meyer' }).click();
    await page.getByLabel('Why?').fill('left the company');
    await look(page, 'contact-remove');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Cara Meyer' }).click();
    await page.getByRole('rowheader', { name: 'Cara Meyer' }).waitFor({ state: 'detached' });
  });

  it('writes to exactly the customers who lost something', async () => {
    const { page } = operators.ann;
    await page.goto('/console/incidents');
    await page.getByRole('heading', { name: 'Open' }).waitFor();
    const id = run(['site', 'list'])
      .split('\n')
      .find((line) => line.endsWith(' medlar'))
      .split(' ')[0];
    run(['site', 'destroy-for-drill', 'medlar', '--site-id', id]);
    await page.getByRole('article', { name: 'Quince Ltd' }).waitFor({ timeout: 40_000 }); // the watcher looks every ten seconds
    await page.getByRole('button', { name: 'Write…' }).click();
    await page.getByLabel('Text').fill('We have the copy, and bring Medlar back now.');
    await look(page, 'incident-write');
    await page.getByRole('button', { name: /^Tell/ }).click();
    await page.getByText('We have the copy, and bring Medlar back now.').waitFor();
    await look(page, 'incidents');
    const link = await page.getByRole('link', { name: 'The customer’s page' }).first().getAttribute('href');
    const customer = await openPage(browser, server.base);
    await customer.page.goto(new URL(link).pathname);
    await customer.page.getByText('We have the copy, and bring Medlar back now.').waitFor();
    await customer.context.close();
    run(['site', 'restore', 'medlar', '--reason', 'its databases were removed']);
    run(['maintenance', 'thaw']);
  });

  it('shows drills as charts', async () => {
    const { page } = operators.ann;
    await page.goto('/console/drills');
    await page.getByText('No drill was recorded yet').waitFor();
    await look(page, 'drills-none');
    const record = (result) => {
      const file = join(files, 'drill.json');
      writeFileSync(file, JSON.stringify({ engine: 'sqlite', errors: [], ...result }));
      run(['drill', 'record', file]);
    };
    record({ scenario: 'atlassian-2022', sites: 883, restore_seconds: 58.2, ratio: 3.9, rows: 2_400_000 });
    record({ scenario: 'wipe', sites: 100, restore_seconds: 55.1, ratio: 6.1, rows: 880_001 });
    record({ scenario: 'wipe', sites: 100, restore_seconds: 48.9, ratio: 4.2, rows: 903_120, lost_commits: 3, errors: ['3 commits are gone'] });
    record({ scenario: 'wipe', sites: 100, restore_seconds: 41.2, ratio: 3.6, rows: 912_044 });
    await page.reload();
    await page.getByRole('img', { name: 'Restore in seconds' }).waitFor();
    await page.getByText('not proven', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Scenario' }).selectOption('atlassian-2022');
    await page.getByText('The charts show atlassian-2022.').waitFor();
    await page.getByRole('combobox', { name: 'Scenario' }).selectOption('wipe');
    await page.getByText('The charts show wipe.').waitFor();
    await look(page, 'drills');
    await page.route('**/platform/v1/drills*', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"title":"Internal Server Error","detail":"Internal server error","requestId":"abc"}' }));
    await page.reload();
    await page.getByText('Could not list the drills').waitFor({ timeout: 20_000 });
    await look(page, 'drills-error');
    await page.unroute('**/platform/v1/drills*');
  });

  it('complained of nothing', () => {
    for (const { complaints } of Object.values(operators)) assert.deepEqual(complaints, []);
  });
});
