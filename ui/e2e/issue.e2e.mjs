// A day with one issue: everything about it changed in place, in a real browser, watched from another one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callApi, checkAccessibility, eventually, foundCompany, makeIssue, openBrowser, openPage, paste, pixel, screenshot, startServer, until } from './harness.mjs';

const customTypes = { textfield: 'Nickname', textarea: 'Story', float: 'Weight', datepicker: 'Planted', datetime: 'Next visit', userpicker: 'Gardener', multiuserpicker: 'Helpers', labels: 'Smells', url: 'Map', select: 'Soil', multiselect: 'Pests' };

describe('a day with an issue', () => {
  let server, browser, page, context, complaints, key, other, me;
  const fields = {};
  const path = () => `/rest/api/3/issue/${key}`;
  const issue = (ok, what) => until(page, path(), (answer) => ok(answer.fields), what);
  const row = (name) => page.getByRole('complementary', { name: 'Properties' }).getByRole('button', { name: new RegExp(`^${name}: `) });
  const choose = async (name) => {
    await page.getByRole('option', { name }).first().click();
  };

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    ({ page, context, complaints } = await openPage(browser, server.base));
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    ({ me } = await foundCompany(page));
    for (const [type, name] of Object.entries(customTypes)) {
      const made = await callApi(page, 'POST', '/rest/api/3/field', { name, type: `com.atlassian.jira.plugin.system.customfieldtypes:${type}` });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      fields[type] = made.body.id;
    }
    for (const [type, values] of [['select', ['Clay', 'Sand']], ['multiselect', ['Aphids', 'Moths', 'Mice']]]) {
      const { body: contexts } = await callApi(page, 'GET', `/rest/api/3/field/${fields[type]}/context`);
      const options = await callApi(page, 'POST', `/rest/api/3/field/${fields[type]}/context/${contexts.values[0].id}/option`, { options: values.map((value) => ({ value })) });
      assert.equal(options.status, 200, JSON.stringify(options.body));
    }
    await callApi(page, 'POST', '/rest/api/3/component', { name: 'North field', project: 'ORC' });
    await callApi(page, 'POST', '/rest/api/3/version', { name: 'Autumn', project: 'ORC' });
    other = await makeIssue(page, 'ORC', { summary: 'Buy a ladder' });
    key = await makeIssue(page, 'ORC', { summary: 'Prune the old trees' });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('changes every property in place', async () => {
    await page.goto(`/browse/${key}`);
    await page.getByRole('heading', { name: 'Prune the old trees' }).click();
    await page.getByRole('textbox', { name: 'Summary' }).fill('Prune the oldest trees');
    await page.keyboard.press('Enter');
    await issue((f) => f.summary === 'Prune the oldest trees', 'summary');
    await page.keyboard.press('i');
    await issue((f) => f.assignee?.accountId === me.accountId, 'assigned by key');
    await row('Priority').click();
    await choose('Highest');
    await issue((f) => f.priority.name === 'Highest', 'priority');
    await row('Labels').click();
    await page.getByRole('combobox', { name: /^Labels/ }).fill('spring work');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await issue((f) => f.labels.includes('spring-work'), 'labels');
    await row('Components').click();
    await choose('North field');
    await page.keyboard.press('Escape');
    await issue((f) => f.components.length === 1, 'components');
    await row('Fix versions').click();
    await choose('Autumn');
    await page.keyboard.press('Escape');
    await issue((f) => f.fixVersions.length === 1, 'fix versions');
    await row('Due date').click();
    await page.getByLabel('Due date').fill('2031-05-04');
    await page.keyboard.press('Enter');
    await issue((f) => f.duedate === '2031-05-04', 'due date');
    await page.getByRole('button', { name: 'Type: Task' }).click();
    await choose('Bug');
    await issue((f) => f.issuetype.name === 'Bug', 'type');
    await page.getByRole('button', { name: /^Status: / }).click();
    await choose('In Progress');
    await issue((f) => f.status.name === 'In Progress', 'status');
  });

  it('changes custom fields of every kind', async () => {
    await page.getByRole('button', { name: /more fields/ }).click();
    const type = async (kind, value) => {
      await row(customTypes[kind]).click();
      await page.getByLabel(customTypes[kind], { exact: true }).fill(value);
      await page.keyboard.press('Enter');
    };
    await type('textfield', 'The giant');
    await issue((f) => f[fields.textfield] === 'The giant', 'text');
    await type('float', '2.5');
    await issue((f) => f[fields.float] === 2.5, 'number');
    await type('datepicker', '1987-03-01');
    await issue((f) => f[fields.datepicker] === '1987-03-01', 'date');
    await type('datetime', '2031-01-02T03:04');
    await issue((f) => String(f[fields.datetime]).startsWith('2031-01-02T'), 'instant');
    await type('url', 'https://maps.example/tree');
    await issue((f) => f[fields.url] === 'https://maps.example/tree', 'address');
    await row(customTypes.userpicker).click();
    await choose(/Ana Lindqvist/);
    await issue((f) => f[fields.userpicker]?.accountId === me.accountId, 'person');
    await row(customTypes.multiuserpicker).click();
    await choose(/Ana Lindqvist/);
    await page.keyboard.press('Escape');
    await issue((f) => f[fields.multiuserpicker]?.length === 1, 'people');
    await row(customTypes.select).click();
    await choose('Sand');
    await issue((f) => f[fields.select]?.value === 'Sand', 'choice');
    await row(customTypes.select).click();
    await choose('None');
    await issue((f) => f[fields.select] === null, 'no choice');
    await row(customTypes.select).click();
    await choose('Clay');
    await issue((f) => f[fields.select]?.value === 'Clay', 'another choice');
    await row(customTypes.multiselect).click();
    await choose('Aphids');
    await choose('Mice');
    await page.keyboard.press('Escape');
    await issue((f) => f[fields.multiselect]?.map((each) => each.value).join() === 'Aphids,Mice', 'choices');
    await row(customTypes.multiselect).getByText('Mice').waitFor();
    await row(customTypes.labels).click();
    await page.getByRole('combobox', { name: /^Smells/ }).fill('apple');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await issue((f) => f[fields.labels]?.[0] === 'apple', 'labels of its own');
    await row(customTypes.textarea).click();
    const story = page.getByRole('textbox', { name: 'Story' });
    await story.click();
    await page.keyboard.type('It **stood** here first.');
    await page.keyboard.press('Control+Enter');
    await issue((f) => JSON.stringify(f[fields.textarea] ?? '').includes('"strong"'), 'rich text');
    await checkAccessibility(page, 'the issue');
    await screenshot(page, 'issue-all-fields');
  });

  it('writes a description with everything in it', async () => {
    await page.keyboard.press('e');
    const text = page.getByRole('textbox', { name: 'Description' });
    await text.waitFor();
    await page.keyboard.type('/table');
    await page.getByRole('listbox', { name: 'Insert' }).getByText('Table', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Tree');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Age');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Height');
    await text.locator('p').last().click();
    await page.keyboard.type('/warning');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Mind the wasps');
    await text.locator('> p').last().click();
    await page.keyboard.type('/code');
    await page.keyboard.press('Enter');
    await page.keyboard.type('saw --teeth 12');
    await text.locator('> p').last().click();
    await page.keyboard.type('@Ana');
    await page.getByRole('listbox', { name: 'People' }).getByText('Ana Lindqvist').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await paste(page, { text: '## Steps\n\n1. Climb\n2. Saw **slowly**\n\n- [ ] tidy up\n\n```js\nlet a = 1;\n```\n' });
    await text.getByRole('heading', { name: 'Steps' }).waitFor();
    await screenshot(page, 'editor');
    await checkAccessibility(page, 'the editor');
    await page.getByRole('button', { name: 'Save' }).click();
    const saved = JSON.stringify((await issue((f) => f.description !== null, 'description')).fields.description);
    for (const part of ['"table"', '"panel"', '"warning"', '"codeBlock"', '"mention"', '"heading"', '"orderedList"', '"taskList"', '"strong"']) assert.ok(saved.includes(part), `${part} is missing in ${saved}`);
  });

  it('keeps what is half written', async () => {
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Description' }).waitFor();
    await page.keyboard.type('Half a thought');
    await page.reload();
    await page.getByText('You have not saved what you wrote here.').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    assert.match(await page.getByRole('textbox', { name: 'Description' }).innerText(), /Half a thought/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('takes files by dropping and by pasting', async () => {
    await page.getByRole('article').dispatchEvent('drop', { dataTransfer: await page.evaluateHandle((file) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(file.base64), (char) => char.charCodeAt(0))], 'dropped.png', { type: file.type }));
      return data;
    }, pixel) });
    await page.getByRole('button', { name: 'Open dropped.png' }).waitFor();
    await paste(page, { file: pixel });
    await page.getByRole('button', { name: /^Open pixel.*png$/ }).waitFor();
    await issue((f) => f.attachment.length === 2, 'attachments');
  });

  it('comments, edits the comment and sees the history', async () => {
    await page.keyboard.press('m');
    await page.getByRole('textbox', { name: /comment/i }).waitFor();
    await page.keyboard.type(`See ${server.base}/browse/${other} first.`);
    await page.keyboard.press('Control+Enter');
    await until(page, `${path()}/comment`, (answer) => answer.comments.length === 1, 'comment');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('set the nickname to', { exact: false }).or(page.getByText('set the Nickname to', { exact: false })).first().waitFor();
    await checkAccessibility(page, 'the history');
    await page.getByRole('tab', { name: 'Comments' }).click();
  });

  it('shows a pasted link as what it leads to', async () => {
    await page.keyboard.press('m');
    await page.getByRole('textbox', { name: /comment/i }).waitFor();
    await paste(page, { text: `${new URL(page.url()).origin}/browse/${other}` });
    await page.locator('.ProseMirror [data-node="card"]').getByText(`${other} Buy a ladder`).waitFor();
    await page.keyboard.press('Control+Enter');
    await until(page, `${path()}/comment`, (answer) => JSON.stringify(answer).includes('"inlineCard"'), 'card');
    await page.locator('[data-node="card"]').getByText(`${other} Buy a ladder`).first().waitFor();
  });

  it('shows in another browser what happens in this one', async () => {
    const second = await openPage(browser, server.base, { storageState: await context.storageState() });
    await second.page.goto(`/browse/${key}`);
    await second.page.getByRole('heading', { name: 'Prune the oldest trees' }).waitFor();
    await page.getByRole('heading', { name: 'Prune the oldest trees' }).click();
    await page.getByRole('textbox', { name: 'Summary' }).fill('Prune only the oldest trees');
    await page.keyboard.press('Enter');
    await second.page.getByRole('heading', { name: 'Prune only the oldest trees' }).waitFor();
    await page.keyboard.press('m');
    await page.getByRole('textbox', { name: /comment/i }).waitFor();
    await page.keyboard.type('Seen from afar');
    await page.keyboard.press('Control+Enter');
    await second.page.getByText('Seen from afar').waitFor();
    complaints.push(...second.complaints);
    await second.context.close();
  });

  it('goes anywhere by keys', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search records and commands' }).fill('ladder');
    await page.getByRole('option', { name: /Buy a ladder/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/browse/${other}`);
    for (const [keys, url] of [['gi', '/issues'], ['gp', '/projects'], ['gd', '/'], ['gt', '/settings/time-machine']]) {
      for (const each of keys) await page.keyboard.press(each);
      await page.waitForURL((at) => at.pathname === url);
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Go to issues', { exact: true }).waitFor();
    await checkAccessibility(page, 'the list of keys');
    await screenshot(page, 'keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('[');
    await page.getByRole('button', { name: 'Expand the sidebar' }).waitFor();
    await checkAccessibility(page, 'the narrow rail');
    await page.keyboard.press('[');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('theme dark');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('theme like the system');
    await page.keyboard.press('Enter');
  });

  it('loses no key of who is faster than the page', async () => {
    // Code that was not fetched yet arrives late: what is typed meanwhile is meant for it.
    await page.route('**/assets/*.js', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    await page.goto('/issues');
    await page.locator('[role="row"][aria-rowindex]').first().waitFor();
    await page.keyboard.press('c');
    await page.keyboard.type('Go pick plums');
    const summary = page.getByRole('dialog', { name: 'Create issue' }).getByLabel('Summary');
    await summary.waitFor();
    await eventually(() => summary.inputValue(), (value) => value === 'Go pick plums', 'the summary');
    await summary.fill('');
    await page.keyboard.press('Escape');
    await summary.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('go to projects');
    await page.keyboard.press('Enter');
    await page.waitForURL((at) => at.pathname === '/projects');
    await page.goto(`/browse/${key}`);
    await page.getByRole('heading', { name: 'Prune only the oldest trees' }).waitFor();
    await page.keyboard.press('m');
    await page.keyboard.type('At once');
    await page.getByRole('textbox', { name: /comment/i }).getByText('At once').waitFor();
    await page.keyboard.press('Escape');
    await page.unroute('**/assets/*.js');
  });

  it('completes JQL and says where it is wrong', async () => {
    await page.goto('/issues');
    await page.getByRole('button', { name: 'JQL' }).click();
    const query = page.getByRole('textbox', { name: 'JQL query' }).or(page.getByRole('combobox', { name: 'JQL query' }));
    await query.fill('');
    await query.pressSequentially('assig');
    await page.getByRole('listbox', { name: 'Completions' }).getByText('assignee', { exact: false }).first().waitFor();
    await page.keyboard.press('Tab');
    await query.pressSequentially('= currentUser() AND Weight > 2');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[role="row"][aria-rowindex]').length === 1);
    await checkAccessibility(page, 'the JQL bar');
    await page.goto('/issues?jql=wieght%20%3D%201');
    await page.getByRole('alert').first().waitFor();
    await screenshot(page, 'jql-wrong-field');
  });

  it('creates an issue with fields of every kind', async () => {
    await page.goto('/issues');
    await page.locator('[role="row"][aria-rowindex]').first().waitFor();
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog', { name: 'Create issue' });
    await dialog.getByLabel('Summary').fill('Plant a cherry');
    await dialog.getByRole('button', { name: /more fields/ }).click();
    await dialog.getByLabel('Nickname').fill('Tiny');
    await dialog.getByLabel('Weight').fill('0.5');
    await dialog.getByLabel('Planted').fill('2030-01-01');
    await dialog.getByLabel('Next visit').fill('2030-02-03T04:05');
    await dialog.getByLabel('Map').fill('https://maps.example/cherry');
    await dialog.getByRole('button', { name: 'Helpers: None' }).click();
    await choose(/Ana Lindqvist/);
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Smells: None' }).click();
    await page.getByRole('combobox', { name: /^Smells/ }).fill('cherry');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await dialog.getByRole('textbox', { name: 'Story' }).click();
    await page.keyboard.type('It is new.');
    await checkAccessibility(page, 'the create dialog with all fields');
    await screenshot(page, 'create-all-fields');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const note = page.getByText(/ORC-\d+ created/);
    await note.waitFor();
    const made = /ORC-\d+/.exec(await note.innerText())[0];
    const { body } = await callApi(page, 'GET', `/rest/api/3/issue/${made}`);
    assert.equal(body.fields[fields.textfield], 'Tiny');
    assert.equal(body.fields[fields.multiuserpicker]?.length, 1);
    assert.deepEqual(body.fields[fields.labels], ['cherry']);
    assert.ok(JSON.stringify(body.fields[fields.textarea]).includes('It is new.'));
    assert.ok(String(body.fields[fields.datetime]).startsWith('2030-02-03'));
  });

  it('never made the browser complain', () => {
    assert.deepEqual(complaints, []);
  });
});
