// What belongs together across products and sites: issues in a page, one person everywhere, several sites of one account.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { admin, callApi, checkAccessibility, eventually, openBrowser, openPage, screenshot, startServer } from './harness.mjs';

const organization = 'Acme Orchards';
const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenverwaltung';
const mona = { name: 'Mona Haddad', email: 'mona@acme.example', password: 'a third horse battery staple' };

async function ok(page, method, path, body) {
  const answer = await callApi(page, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const doc = (...content) => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content }] });

describe('what belongs together', () => {
  let server, browser, page, complaints, space, person;
  // Several sites on one host are told apart by their paths.
  const second = '/s/nursery/';

  before(async () => {
    server = await startServer({
      prepare: (run) => {
        run(['org', 'create', organization]);
        run(['site', 'create', 'acme', '--org', organization, '--name', 'Acme']);
        run(['site', 'create', 'nursery', '--org', organization, '--name', long]);
        run(['user', 'create', admin.email, '--org', organization, '--name', admin.name, '--admin', '--password-stdin'], admin.password);
        run(['user', 'create', mona.email, '--org', organization, '--name', mona.name, '--password-stdin'], mona.password);
      },
    });
    browser = await openBrowser();
    ({ page, complaints } = await openPage(browser, server.base));
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('goes from one site to the other and back, with the same account', async () => {
    await page.goto('/s/acme/');
    await signIn();
    const rail = page.getByRole('navigation', { name: 'Main', exact: true });
    await rail.getByRole('button', { name: /Acme/ }).first().click();
    const other = page.getByRole('menuitem', { name: long });
    await other.waitFor();
    await screenshot(page, 'together-switcher');
    await other.click();
    await page.waitForURL((url) => url.pathname.startsWith(second));
    // Every site keeps its own session: the same account signs in there, once.
    await signIn();
    await rail.getByRole('button', { name: new RegExp(long) }).waitFor();
    await checkAccessibility(page, 'a site with a long name');
    await page.goto(`${second}projects`);
    await page.getByRole('heading', { name: 'Projects' }).waitFor();
    await rail.getByRole('button', { name: new RegExp(long) }).click();
    await page.getByRole('menuitem', { name: 'Acme', exact: true }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/s/acme/'));
    await rail.getByRole('button', { name: /Acme/ }).first().waitFor();
  });

  it('shows issues of the tracker in a page, live: by JQL and one by its key', async () => {
    await foundProject();
    const first = await makeIssue('Water the saplings');
    const another = await makeIssue('Mend the fence');
    space = await ok(page, 'POST', '/s/acme/wiki/api/v2/spaces', { key: 'HB', name: 'Handbook' });
    const draft = await ok(page, 'PUT', '/s/acme/api/wiki/drafts/new', { spaceId: space.id, parentId: space.homepageId, title: 'Open work', body: doc({ type: 'text', text: 'What is to do:' }) });
    await ok(page, 'POST', `/s/acme/api/wiki/pages/${draft.pageId}/publish`, { baseVersion: 0, title: 'Open work', body: doc({ type: 'text', text: 'What is to do:' }) });
    await page.goto(`/s/acme/wiki/spaces/HB/pages/${draft.pageId}?edit=true`);
    const text = page.getByRole('textbox', { name: 'Text of the page' });
    await text.waitFor();
    for (const [label, value] of [['Which issues (JQL)', 'project = ORC ORDER BY key'], ['or one issue by its key', first]]) {
      await text.click();
      await page.keyboard.press('ControlOrMeta+End');
      await page.keyboard.press('Enter');
      await page.keyboard.type('/issues');
      await page.getByRole('listbox', { name: 'Insert' }).getByRole('option', { name: /^Issues/ }).first().waitFor();
      await page.keyboard.press('Enter');
      const form = page.getByRole('dialog', { name: 'Issues' });
      await form.getByLabel(label).fill(value);
      await form.getByRole('button', { name: 'Done' }).click();
      await form.waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Update' }).click();
    const article = page.locator('[data-part="article"]');
    const table = article.getByRole('group', { name: 'Issues' });
    await table.getByRole('link', { name: first }).waitFor();
    await table.getByText('Mend the fence').waitFor();
    await table.getByText('2 issues').waitFor();
    await article.getByText('Water the saplings').nth(1).waitFor();
    await checkAccessibility(page, 'a page with issues');
    await screenshot(page, 'together-issues');
    // What changes in the tracker shows here when the page is looked at again.
    await ok(page, 'PUT', `/s/acme/rest/api/3/issue/${another}`, { fields: { summary: 'Mend the long fence' } });
    await page.reload();
    await table.getByText('Mend the long fence').waitFor();
    await table.getByRole('link', { name: 'Open in the tracker' }).click();
    await page.waitForURL((url) => url.pathname === '/s/acme/issues');
    await eventually(() => page.locator('[role="row"][aria-rowindex]').count(), (rows) => rows === 2, 'both issues in the list');
  });

  it('names one person alike in an issue, a page and on call', async () => {
    const found = await ok(page, 'GET', `/s/acme/rest/api/3/user/search?query=${encodeURIComponent(mona.email)}`);
    person = found[0].accountId;
    await page.goto('/s/acme/browse/ORC-1');
    await page.getByRole('heading', { name: 'Water the saplings' }).waitFor();
    await page.keyboard.press('m');
    await page.keyboard.type('@Mona');
    await page.getByRole('listbox', { name: 'People' }).getByText(mona.name).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type(' please.');
    await page.keyboard.press('ControlOrMeta+Enter');
    const comments = await eventually(async () => (await ok(page, 'GET', '/s/acme/rest/api/3/issue/ORC-1/comment')).comments, (all) => all.length === 1, 'the comment');
    assert.ok(JSON.stringify(comments).includes(person), 'the comment names the account');

    await page.goto('/s/acme/wiki/spaces/HB');
    await page.getByRole('tree').waitFor();
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'Start writing' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Who waters');
    await page.getByRole('textbox', { name: 'Title' }).press('Enter');
    await page.getByRole('textbox', { name: 'Text of the page' }).waitFor();
    await page.keyboard.type('@Mona');
    await page.getByRole('listbox', { name: 'People' }).getByText(mona.name).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Draft saved').waitFor();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('heading', { name: 'Who waters', level: 1 }).waitFor();
    await page.locator('[data-part="article"]').getByText(`@${mona.name}`).waitFor();
    const id = /pages\/(\d+)/.exec(page.url())[1];
    assert.ok(JSON.stringify((await ok(page, 'GET', `/s/acme/api/wiki/pages/${id}`)).body).includes(person), 'the page names the account');

    await page.goto('/s/acme/oncall/teams');
    await page.getByRole('navigation', { name: 'Breadcrumb' }).waitFor();
    const { data: users } = await ok(page, 'GET', '/s/acme/api/oncall/users?limit=100');
    assert.ok(users.some((user) => user.username === mona.email && user.fullName === mona.name), 'on-call knows her too');
  });

  it('made the browser complain about nothing', () => assert.deepEqual(complaints, []));

  const makeIssue = async (summary) => (await ok(page, 'POST', '/s/acme/rest/api/3/issue', { fields: { project: { key: 'ORC' }, issuetype: { name: 'Task' }, summary } })).key;

  async function signIn() {
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await page.keyboard.press('Enter');
  }

  /** The harness makes things on the site of the host: these belong to the one that the path names. */
  async function foundProject() {
    const me = await ok(page, 'GET', '/s/acme/rest/api/3/myself');
    await ok(page, 'POST', '/s/acme/rest/api/3/project', { name: 'Orchard', key: 'ORC', projectTypeKey: 'software', projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic', leadAccountId: me.accountId, assigneeType: 'UNASSIGNED' });
  }
});
