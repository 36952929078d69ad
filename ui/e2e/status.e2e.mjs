// A team keeps its status page, in a real browser; what it says is read on the public page.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { admin, callApi, checkAccessibility as checkRules, eventually, foundCompany, makeIssue, openBrowser, openPage, pixel, screenshot, startServer } from './harness.mjs';

const stamp = String(Date.now() % 100_000);

async function ok(page, method, path, body) {
  const answer = await callApi(page, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** With the mouse out of the way: the tooltip of whatever it rests on is no part of the page. */
async function checkAccessibility(page, what) {
  await page.mouse.move(1, 1);
  await page.getByRole('tooltip').first().waitFor({ state: 'detached' });
  await checkRules(page, what);
}

describe('a team keeps its status page', () => {
  let server, browser, page, complaints, status;
  const api = `Storefront ${stamp}`;
  const website = `Website ${stamp}`;
  const group = `Regions ${stamp}`;
  const incident = `Carts are empty ${stamp}`;

  /** Reads the public page until it says so. */
  async function publicSays(path, ok_, what) {
    await eventually(() => page.evaluate((url) => fetch(url, { cache: 'no-store' }).then((answer) => answer.text()), path), ok_, `the public page does not say ${what}`);
  }
  const order = async () => {
    const { components } = await ok(page, 'GET', `/api/status/pages/${status.id}/components`);
    return components.map((one) => (one.group ? `${one.name}[${(one.members ?? []).map((member) => member.name).join(' ')}]` : one.name));
  };
  const inOrder = async (wanted, what) => {
    await eventually(async () => (await order()).filter((each) => each.includes(stamp)), (now) => JSON.stringify(now) === JSON.stringify(wanted), what);
  };
  const add = async (name, kind = 'component') => {
    if (kind === 'group') {
      await page.getByRole('button', { name: 'More to add' }).click();
      await page.getByRole('menuitem', { name: 'Add a group…' }).click();
    } else await page.getByRole('button', { name: 'Add component' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: `Add ${kind}` }).click();
    await page.getByRole('button', { name: `Move ${name}`, exact: true }).waitFor();
  };

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    ({ page, complaints } = await openPage(browser, server.base));
    await page.goto('/login');
    const { body: session } = await callApi(page, 'GET', '/api/session');
    if (session.state === 'setup') await ok(page, 'POST', '/api/setup', { organization: 'Acme Orchards', site: 'Acme', slug: 'acme', ...admin });
    else await ok(page, 'POST', '/api/session', admin);
    status = (await ok(page, 'GET', '/api/status/pages')).pages[0];
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('lists what can break, and moves it by keyboard and mouse', async () => {
    await page.goto('/statuspages/components');
    await add(group, 'group');
    await add(api);
    await add(website);
    await inOrder([`${group}[]`, api, website], 'as they were added');
    const handle = (name) => page.getByRole('button', { name: `Move ${name}`, exact: true });
    await handle(website).focus();
    await page.keyboard.press('ArrowUp');
    await inOrder([`${group}[]`, website, api], 'moved up by a key');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), `Move ${website}`);
    await page.keyboard.press('ArrowRight');
    await inOrder([`${group}[${website}]`, api], 'moved into the group by a key');
    await page.keyboard.press('ArrowLeft');
    await inOrder([`${group}[]`, website, api], 'taken out of the group by a key');
    const row = page.getByRole('listitem').filter({ has: handle(website) });
    await handle(api).dragTo(row, { targetPosition: { x: 60, y: 3 } });
    await inOrder([`${group}[]`, api, website], 'dragged before another');
    await checkAccessibility(page, 'components');
    await screenshot(page, 'status-components');
  });

  it('adds a subscriber and a list of them', async () => {
    await page.goto('/statuspages/subscribers');
    await page.getByRole('button', { name: 'Add subscriber' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Address' }).fill(`ana-${stamp}@acme.example`);
    await dialog.getByRole('checkbox', { name: /They agreed already/ }).check();
    await checkAccessibility(page, 'the subscriber dialog');
    await dialog.getByRole('button', { name: 'Add subscriber' }).click();
    await page.getByText(`ana-${stamp}@acme.example`, { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Import and export' }).click();
    await page.getByRole('menuitem', { name: 'Import a CSV…' }).click();
    await page.getByRole('textbox', { name: 'CSV' }).fill(`email\nben-${stamp}@acme.example\nnobody\nana-${stamp}@acme.example\n`);
    await page.getByRole('button', { name: 'Import 3 lines' }).click();
    await page.getByText('1 subscriber added, 1 there already, 1 line refused.').waitFor();
    await page.getByText(/line 3:/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('tab', { name: /Unconfirmed/ }).click();
    await page.getByText(`ben-${stamp}@acme.example`, { exact: true }).waitFor();
    await checkAccessibility(page, 'subscribers');
    await screenshot(page, 'status-subscribers');
  });

  it('opens an incident from a template, and says how many it tells', async () => {
    await page.goto('/statuspages/incidents?tab=templates');
    await page.getByRole('button', { name: 'Create template' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name of the template' }).fill(`Outage ${stamp}`);
    await dialog.getByRole('textbox', { name: 'Message' }).fill('We are **looking** into it.');
    await dialog.getByRole('button', { name: 'Create template' }).click();
    const line = page.getByRole('listitem').filter({ hasText: `Outage ${stamp}` });
    await checkAccessibility(page, 'templates');
    await line.getByRole('button', { name: 'Use', exact: true }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(incident);
    await page.getByRole('checkbox', { name: api }).check();
    await page.getByRole('combobox', { name: `New state of ${api}` }).selectOption('major_outage');
    const preview = page.frameLocator('iframe[title="The update on the public page"]');
    await preview.getByRole('heading', { name: incident }).waitFor();
    await preview.locator('strong', { hasText: 'looking' }).waitFor();
    await page.getByText(/would be told now/).waitFor();
    await checkAccessibility(page, 'the composer');
    await screenshot(page, 'status-composer');
    await page.getByRole('button', { name: 'Open incident…' }).click();
    const ask = page.getByRole('dialog', { name: /Open the incident and tell \d+ (person|people) by mail/ });
    await ask.getByText(`${api}: Operational → Major outage`).waitFor();
    await checkAccessibility(page, 'the last question');
    await ask.getByRole('button', { name: /Open and tell/ }).click();
    await page.getByRole('heading', { name: incident, level: 1 }).waitFor();
    await publicSays(status.path, (text) => text.includes(incident) && text.includes('Major outage'), 'that the incident is open');
    await checkAccessibility(page, 'an incident');
  });

  it('shows what a pasted address leads to, and gives readers the plain one', async () => {
    const address = page.url();
    await foundCompany(page, `ST${stamp}`);
    const issue = await makeIssue(page, `ST${stamp}`, { summary: `Refill the carts ${stamp}` });
    const url = `${server.base}/browse/${issue}`;
    await page.goto(address);
    await page.getByRole('heading', { name: incident, level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Write an update' }).click();
    await page.getByRole('radio', { name: 'Identified' }).check({ force: true });
    await page.getByRole('textbox', { name: 'Message' }).click();
    await page.keyboard.insertText(`The work is ${url} for those inside.`);
    const leads = page.getByRole('list', { name: 'What the addresses lead to' });
    await leads.getByRole('link', { name: new RegExp(`${issue} Refill the carts`) }).waitFor();
    await page.getByText('Readers see the plain address, and need an account here to follow it.').waitFor();
    const preview = page.frameLocator('iframe[title="The update on the public page"]');
    await preview.getByRole('link', { name: url, exact: true }).waitFor();
    await checkAccessibility(page, 'the composer with an address');
    await screenshot(page, 'status-composer-link');
    await page.getByRole('button', { name: 'Publish update…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Publish/ }).click();
    await page.getByRole('region', { name: 'Updates' }).getByRole('link', { name: new RegExp(`${issue} Refill the carts`) }).waitFor();
    await publicSays(status.path, (text) => text.includes(`<a href="${url}" rel="nofollow">${url}</a>`) && !text.includes('Refill the carts'), 'the plain address and no more');
  });

  it('writes an update, corrects it and resolves the incident', async () => {
    await page.getByRole('button', { name: 'Write an update' }).click();
    await page.getByRole('radio', { name: 'Resolved' }).check({ force: true });
    await page.getByRole('textbox', { name: 'Message' }).fill('The carts are full agian.');
    assert.equal(await page.getByRole('combobox', { name: `New state of ${api}` }).inputValue(), 'operational');
    await page.getByRole('button', { name: 'Publish update…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Publish/ }).click();
    await page.getByRole('heading', { name: 'Resolved', level: 3 }).waitFor();
    await page.getByRole('button', { name: 'Edit the update “Resolved”' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('The carts are full again.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The carts are full again.').waitFor();
    await publicSays(status.path, (text) => text.includes('The carts are full again.') && text.includes('All Systems Operational'), 'that it is over');
    await page.getByRole('button', { name: 'Write a postmortem' }).click();
    await page.getByRole('textbox', { name: 'What was learned' }).fill('Carts are tested now.');
    await page.getByRole('button', { name: 'Publish…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish postmortem' }).click();
    await page.getByText('Postmortem published').waitFor();
    await checkAccessibility(page, 'an incident that is over');
    await screenshot(page, 'status-incident');
  });

  it('schedules maintenance', async () => {
    await page.goto('/statuspages/incidents?tab=maintenance');
    await page.getByRole('button', { name: 'More to write' }).click();
    await page.getByRole('menuitem', { name: 'Schedule maintenance…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(`New disks ${stamp}`);
    await page.getByRole('textbox', { name: 'Message' }).fill('Ten minutes without carts.');
    await page.getByRole('checkbox', { name: website }).check();
    await checkAccessibility(page, 'the composer of maintenance');
    await page.getByRole('button', { name: 'Schedule…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Schedule/ }).click();
    await page.getByRole('heading', { name: `New disks ${stamp}`, level: 1 }).waitFor();
    await publicSays(status.path, (text) => text.includes(`New disks ${stamp}`), 'that maintenance is planned');
  });

  it('draws a metric', async () => {
    await page.goto('/statuspages/metrics');
    await page.getByRole('button', { name: 'Add metric' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`Response time ${stamp}`);
    await dialog.getByRole('textbox', { name: /^Unit/ }).fill('ms');
    await dialog.getByRole('button', { name: 'Add metric' }).click();
    const card = page.getByRole('region', { name: `Response time ${stamp}` });
    await card.getByRole('button', { name: 'Add points…' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Value (ms)' }).fill('120');
    await page.getByRole('dialog').getByRole('button', { name: 'Add point' }).click();
    await page.getByText('120 ms added').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await card.locator('canvas').waitFor();
    await card.getByText('Numbers', { exact: true }).click();
    await card.getByRole('cell', { name: '120 ms' }).waitFor();
    await checkAccessibility(page, 'metrics');
    await screenshot(page, 'status-metrics');
  });

  it('changes the design, seen before and after it is published', async () => {
    await page.goto('/statuspages/design');
    await page.getByRole('textbox', { name: /^Colour of links/ }).fill('#8a1c5b');
    await page.getByRole('textbox', { name: /^Footer/ }).fill(`Kept by Acme ${stamp}`);
    await page.frameLocator('iframe[title="The public page with this design"]').getByText(`Kept by Acme ${stamp}`).waitFor();
    await page.locator('input[type="file"][aria-label="File of the logo"]').setInputFiles({ name: pixel.name, mimeType: pixel.type, buffer: Buffer.from(pixel.base64, 'base64') });
    await page.getByText('Logo published').waitFor();
    await checkAccessibility(page, 'the design');
    await page.getByRole('button', { name: 'Publish design' }).click();
    await page.getByText('Design published').waitFor();
    await publicSays(status.path, (text) => text.includes(`Kept by Acme ${stamp}`) && text.includes('assets/logo-'), 'the new footer and logo');
    await screenshot(page, 'status-design');
  });

  it('makes a key, shown once', async () => {
    await page.goto('/statuspages/settings?tab=keys');
    await page.getByRole('button', { name: 'Create key' }).first().click();
    await page.getByRole('textbox', { name: 'What it is for' }).fill(`Monitor ${stamp}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByText('This is shown once.').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(`Monitor ${stamp}`, { exact: true }).waitFor();
    await checkAccessibility(page, 'the keys');
    for (const tab of ['Page', 'Copies', 'Activity']) {
      await page.getByRole('tab', { name: tab }).click();
      await checkAccessibility(page, `the settings: ${tab}`);
    }
  });

  it('keeps the page to members, and notices for as long as it says', async () => {
    // Somebody who is not signed in, asking as any program would.
    const stranger = async () => {
      const answer = await fetch(new URL(status.path, server.base));
      return { status: answer.status, text: await answer.text() };
    };
    assert.equal((await stranger()).status, 200);
    await page.goto('/statuspages/settings');
    const days = page.getByRole('spinbutton', { name: 'Days for which notices are kept' });
    assert.equal(await days.inputValue(), '90');
    await days.fill('3');
    await page.getByText('From 7 to 3,650 days.').waitFor();
    await page.getByRole('checkbox', { name: 'Only members of this site, signed in' }).check();
    await page.getByText(/Everybody else is told that the page is private/).waitFor();
    await checkAccessibility(page, 'the settings, about to be private');
    await page.getByRole('button', { name: 'Save settings' }).click();
    assert.equal((await ok(page, 'GET', '/api/status/pages')).pages[0].settings.viewersMustBeTeamMembers ?? false, false, 'what is wrong is not sent');
    await days.fill('30');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('link', { name: 'Private page' }).waitFor();
    const closed = await eventually(stranger, (answer) => answer.status === 401, 'a stranger does not read it');
    assert.match(closed.text, /This page is private/);
    assert.ok(!closed.text.includes(api), 'nor anything of it');
    await publicSays(status.path, (text) => text.includes(api), 'a member reads it');
    await page.reload();
    assert.ok(await page.getByRole('checkbox', { name: 'Only members of this site, signed in' }).isChecked());
    assert.equal(await days.inputValue(), '30');
    await page.getByRole('tab', { name: 'Copies' }).click();
    await page.getByText('A private page has no copy').waitFor();
    await checkAccessibility(page, 'the copies of a private page');
    await page.getByRole('tab', { name: 'Page' }).click();
    await page.getByRole('checkbox', { name: 'Only members of this site, signed in' }).uncheck();
    await page.getByText(/everybody reads the page and its history/).waitFor();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('link', { name: 'Public page' }).waitFor();
    await eventually(stranger, (answer) => answer.status === 200 && answer.text.includes(api), 'everybody reads it again');
  });

  it('complains about nothing', () => assert.deepEqual(complaints, []));
});
