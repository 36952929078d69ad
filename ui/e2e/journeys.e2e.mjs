// The first days of a company, in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { admin, callApi, checkAccessibility, eventually, has, openBrowser, openPage, screenshot, settled, startServer } from './harness.mjs';

const project = { name: 'Orchard', key: 'ORC' };
const summaries = ['Prune the old trees', 'Order new ladders', 'Fix the cider press', 'Count the apples', 'Paint the barn', 'Plan the harvest'];

/** Skips when the server lacks what the journey is about. */
const needs = (test, ok, what) => {
  if (!ok) test.skip(`this server has no ${what}`);
  return ok;
};

describe('a company starts', () => {
  let server, browser, page, context, complaints;
  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    ({ page, context, complaints } = await openPage(browser, server.base));
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('is set up by its first administrator', async (t) => {
    await page.goto('/');
    const { body: session } = await callApi(page, 'GET', '/api/session');
    if (!needs(t, session.state === 'setup', 'empty data folder')) return;
    await page.waitForURL('**/setup');
    await page.getByRole('button', { name: 'Create the site' }).click();
    await page.getByText('Write the name of your company or team.').waitFor();
    await page.getByLabel('Organization').fill('Acme Orchards');
    await page.getByLabel('Site name').fill('Acme');
    assert.equal(await page.getByLabel('Short name in addresses').inputValue(), 'acme');
    await page.getByLabel('Your name').fill(admin.name);
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await checkAccessibility(page, 'set-up');
    await screenshot(page, 'setup');
    await page.getByRole('button', { name: 'Create the site' }).click();
    await page.waitForURL('**/projects');
  });

  it('refuses a wrong password and takes the right one', async (t) => {
    const { body: session } = await callApi(page, 'GET', '/api/session');
    if (!needs(t, session.account?.emailAddress === admin.email && !process.env.BASE_URL, 'account of ours')) return;
    await callApi(page, 'DELETE', '/api/session');
    await page.goto('/projects');
    await page.waitForURL('**/login?**');
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Email and password do not belong together').waitFor();
    await checkAccessibility(page, 'login');
    await screenshot(page, 'login-refused');
    await page.getByLabel('Password').fill(admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/projects');
  });

  it('gives a script a token and takes it back', async () => {
    await page.goto('/profile/tokens');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Label').fill('Harvest export');
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('This is the only time the token is shown').waitFor();
    assert.ok((await page.locator('code').first().innerText()).length >= 20);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('cell', { name: 'Harvest export', exact: true }).waitFor();
    await checkAccessibility(page, 'tokens');
    await page.getByRole('button', { name: 'Revoke Harvest export' }).click();
    await page.getByRole('button', { name: 'Revoke “Harvest export”' }).click();
    await page.getByRole('cell', { name: 'Harvest export', exact: true }).waitFor({ state: 'detached' });
  });

  it('makes a project from a template', async (t) => {
    if (!needs(t, await has(page, 'GET', '/rest/api/3/project/search'), 'projects')) return;
    await page.goto('/projects');
    await page.getByRole('button', { name: 'Create project' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill(project.name);
    await page.getByRole('textbox', { name: 'Key' }).fill(project.key);
    await checkAccessibility(page, 'the project dialog');
    await page.getByRole('button', { name: 'Create project' }).last().click();
    await page.waitForURL(`**/projects/${project.key}/board`);
  });

  it('writes down work, and keeps a draft that was left', async (t) => {
    if (!needs(t, await has(page, 'GET', `/rest/api/3/issue/createmeta/${project.key}/issuetypes`), 'create screen')) return;
    await page.goto(`/projects/${project.key}/board`);
    await page.getByRole('link', { name: 'Board' }).waitFor();
    await page.keyboard.press('c');
    await page.getByLabel('Summary').fill(summaries[0]);
    await checkAccessibility(page, 'the create dialog');
    await page.keyboard.press('Escape');
    await page.getByLabel('Summary').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'Board' }).waitFor();
    await page.keyboard.press('c');
    assert.equal(await page.getByLabel('Summary').inputValue(), summaries[0]);
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText(`${project.key}-1 created`).waitFor();
    const { body: types } = await callApi(page, 'GET', `/rest/api/3/issue/createmeta/${project.key}/issuetypes`);
    const task = (types.issueTypes ?? types.values).find((type) => type.name === 'Task');
    for (const summary of summaries.slice(1)) {
      const made = await callApi(page, 'POST', '/rest/api/3/issue', { fields: { project: { key: project.key }, issuetype: { id: task.id }, summary } });
      assert.equal(made.status, 201);
    }
  });

  it('finds issues by chips, keys and JQL', async (t) => {
    if (!needs(t, await has(page, 'POST', '/rest/api/3/search/jql', { jql: '', fields: [] }), 'search')) return;
    await page.goto(`/projects/${project.key}/issues`);
    const rows = page.locator('[role="row"][aria-rowindex]');
    await rows.first().waitFor();
    assert.equal(await rows.count(), summaries.length);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByRole('toolbar', { name: 'Selected issues' }).getByText('1 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox', { name: 'Search text' }).fill('cider');
    await page.waitForFunction(() => document.querySelectorAll('[role="row"][aria-rowindex]').length === 1);
    await page.getByRole('button', { name: 'JQL' }).click();
    const query = page.getByRole('textbox', { name: 'JQL query' });
    assert.match(await query.inputValue(), /text ~ "cider"/);
    await checkAccessibility(page, 'the list');
    await query.fill('status = !!');
    await query.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await screenshot(page, 'jql-error');
  });

  it('moves cards by mouse and by keyboard', async (t) => {
    if (!needs(t, await has(page, 'GET', `/api/board/${project.key}`), 'board')) return;
    await page.goto(`/projects/${project.key}/board`);
    const columnOf = async (key) => {
      const { body } = await callApi(page, 'GET', `/api/board/${project.key}`);
      return body.columns.findIndex((column) => column.issues.some((card) => card.key === key));
    };
    const until = async (key, column) => {
      await eventually(() => columnOf(key), (now) => now === column, `${key} did not reach column ${column}`);
    };
    const card = page.locator(`[data-key="${project.key}-1"]`);
    await card.waitFor();
    const start = await columnOf(`${project.key}-1`);
    const target = page.locator('[data-column-id]').nth(start + 1);
    await card.dragTo(target);
    await until(`${project.key}-1`, start + 1);
    const other = page.locator(`[data-key="${project.key}-2"]`);
    await other.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await until(`${project.key}-2`, start + 1);
    // Somebody else's change appears without a reload.
    const { body: types } = await callApi(page, 'GET', `/rest/api/3/issue/createmeta/${project.key}/issuetypes`);
    const issuetype = { id: (types.issueTypes ?? types.values).find((type) => type.name === 'Task').id };
    const made = await callApi(page, 'POST', '/rest/api/3/issue', { fields: { project: { key: project.key }, issuetype, summary: 'Call the press maker' } });
    await page.locator(`[data-key="${made.body.key}"]`).waitFor();
    await checkAccessibility(page, 'the board');
  });

  it('goes back in time and undoes it', async (t) => {
    if (!needs(t, await has(page, 'GET', '/api/timemachine/commits'), 'time machine')) return;
    await page.goto('/settings/time-machine');
    const commits = page.locator('button[id^="commit-"]');
    await commits.nth(2).click();
    await page.getByRole('heading', { name: 'If you went back' }).waitFor();
    await checkAccessibility(page, 'the time machine');
    await page.getByRole('button', { name: 'Restore this state…' }).click();
    await page.getByLabel('Why?').fill('A wrong import');
    await checkAccessibility(page, 'the restore dialog');
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByRole('tab', { name: /Restores/ }).click();
    const restore = page.getByRole('listitem').filter({ hasText: 'A wrong import' }).first();
    await restore.getByText('Done').waitFor({ timeout: 60_000 });
    await screenshot(page, 'restores');
    await restore.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo the restore' }).click();
    await restore.getByText('Undone').waitFor({ timeout: 60_000 });
  });

  it('shows every page in both themes and on a phone, accessibly', async () => {
    const { body: search } = await callApi(page, 'GET', '/rest/api/3/project/search');
    const key = search?.values?.find((each) => each.key === (process.env.SHOW_PROJECT ?? project.key))?.key;
    const pages = {
      home: '/',
      issues: '/issues',
      projects: '/projects',
      members: '/settings/members',
      tokens: '/profile/tokens',
      'time-machine': '/settings/time-machine',
      ...(key ? { board: `/projects/${key}/board`, list: `/projects/${key}/issues`, 'project-settings': `/projects/${key}/settings`, issue: `/browse/${key}-1` } : {}),
    };
    const storageState = await context.storageState();
    const problems = [];
    for (const device of ['desktop', 'phone']) {
      for (const theme of ['light', 'dark']) {
        const view = await openPage(browser, server.base, { device, theme, storageState });
        for (const [name, path] of Object.entries(pages)) {
          await view.page.goto(path);
          await view.page.locator('main').waitFor();
          await settled(view.page);
          await screenshot(view.page, `${name}-${device}-${theme}`);
          await checkAccessibility(view.page, `${name} (${device}, ${theme})`).catch((error) => problems.push(error.message));
        }
        complaints.push(...view.complaints);
        await view.context.close();
      }
    }
    assert.deepEqual(problems, []);
  });

  it('says in the frame what is not there, and breaks no long word out of its page', async () => {
    for (const [path, words] of [
      ['/nothing/here', 'There is no such page'],
      ['/projects/NOPE/board', 'There is no project NOPE here'],
      ['/projects/NOPE/settings', 'There is no project NOPE here'],
      ['/statuspages/incidents/none', 'There is no such incident'],
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { name: words }).waitFor();
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My work' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, `${path} offers to try again what is not there`);
      await checkAccessibility(page, path);
    }
    const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(4);
    const { body: team } = await callApi(page, 'POST', '/api/oncall/teams', { name: word.slice(0, 80), description: word.slice(0, 300) });
    const { body: policy } = await callApi(page, 'POST', '/api/oncall/policies', { type: 'alert', name: word.slice(0, 250), message: word.slice(0, 300) });
    await callApi(page, 'POST', '/api/oncall/maintenance', { description: word.slice(0, 300), time: { type: 'indefinitely' }, rules: [{ state: 'disabled', entity: { id: policy.data.id, type: 'policy' } }] });
    const phone = await openPage(browser, server.base, { device: 'phone', storageState: await page.context().storageState() });
    for (const path of [`teams/${team.data.id}`, `teams/${team.data.id}?tab=policies`, 'teams', 'policies', 'maintenance']) {
      await phone.page.goto(`/oncall/${path}`);
      await phone.page.getByText(word.slice(0, 60)).first().waitFor();
      await settled(phone.page);
      const wide = await phone.page.evaluate(() => [...document.querySelectorAll('main, main *')].filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto' && box.getAttribute('role') !== 'tablist').map((box) => box.className));
      assert.deepEqual(wide, [], `/oncall/${path} scrolls sideways`);
    }
    complaints.push(...phone.complaints);
    await phone.context.close();
  });

  it('never made the browser complain', () => {
    assert.deepEqual(complaints, []);
  });
});
