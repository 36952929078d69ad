// A team writes its wiki together, in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { admin, callApi, checkAccessibility as checkRules, eventually, openBrowser, openPage, screenshot, startServer, undoOf } from './harness.mjs';

const key = `ORC${Date.now() % 100_000}`;
const friend = { name: 'Ben Okafor', email: 'ben@acme.example', password: 'another horse battery staple' };

const text = (words) => ({ type: 'text', text: words });
const paragraph = (words) => ({ type: 'paragraph', content: [text(words)] });
const doc = (...content) => ({ version: 1, type: 'doc', content });

async function ok(page, method, path, body) {
  const answer = await callApi(page, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function publish(page, space, parentId, title, body) {
  const draft = await ok(page, 'PUT', '/api/wiki/drafts/new', { spaceId: space.id, parentId, title, body });
  await ok(page, 'POST', `/api/wiki/pages/${draft.pageId}/publish`, { baseVersion: 0, title, body });
  return draft.pageId;
}

const editor = (page) => page.getByRole('textbox', { name: 'Text of the page' });
const tree = (page) => page.getByRole('tree');
const row = (page, title) => tree(page).getByRole('treeitem', { name: title, exact: true });

/** With the mouse out of the way: the tooltip of whatever it rests on is no part of the page. */
async function checkAccessibility(page, what) {
  await page.mouse.move(1, 1);
  await page.getByRole('tooltip').first().waitFor({ state: 'detached' });
  await checkRules(page, what);
}

/** Selects words of the article as a hand with a mouse does. */
async function selectWords(page, words) {
  await page.evaluate((wanted) => {
    const walker = document.createTreeWalker(document.querySelector('[data-part="article"]'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(wanted);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      document.getSelection().removeAllRanges();
      document.getSelection().addRange(range);
      return;
    }
    throw new Error(`“${wanted}” does not stand in the page`);
  }, words);
}

/**
 * Puts the cursor behind the last word of a text. ProseMirror takes the cursor back to where it knew it
 * when a key arrives within 20 ms of the click that gave the focus, which no hand does: so the key is
 * pressed again until the cursor has stayed.
 */
async function cursorToEnd(page, text, key = 'Control+End') {
  await text.click();
  const isThere = (element) => {
    const { anchorNode, anchorOffset, isCollapsed } = document.getSelection();
    const behind = document.createRange();
    if (!anchorNode || !isCollapsed || !element.contains(anchorNode)) return false;
    behind.setStart(anchorNode, anchorOffset);
    behind.setEnd(element, element.childNodes.length);
    return behind.toString().trim() === '';
  };
  const stays = async () => {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
    return text.evaluate(isThere);
  };
  await eventually(stays, (there) => there, 'the cursor behind the last word');
}

describe('a team writes its wiki', () => {
  let server, browser, page, complaints, space, handbook, phone;
  const address = (id) => `/wiki/spaces/${key}/pages/${id}`;

  before(async () => {
    server = await startServer({
      prepare: (run) => {
        run(['org', 'create', 'Acme Orchards']);
        run(['site', 'create', 'acme', '--org', 'Acme Orchards', '--name', 'Acme']);
        run(['user', 'create', admin.email, '--org', 'Acme Orchards', '--name', admin.name, '--admin', '--password-stdin'], admin.password);
        run(['user', 'create', friend.email, '--org', 'Acme Orchards', '--name', friend.name, '--password-stdin'], friend.password);
      },
    });
    browser = await openBrowser();
    ({ page, complaints } = await openPage(browser, server.base));
    await page.goto('/login');
    const { body: session } = await callApi(page, 'GET', '/api/session');
    if (session.state === 'setup') await ok(page, 'POST', '/api/setup', { organization: 'Acme Orchards', site: 'Acme', slug: 'acme', ...admin });
    else await ok(page, 'POST', '/api/session', { email: admin.email, password: admin.password });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('makes a space', async () => {
    await page.goto('/wiki');
    await page.getByRole('button', { name: 'Create space' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Create space' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Orchard handbook');
    assert.equal(await dialog.getByRole('textbox', { name: 'Key' }).inputValue(), 'OH');
    await dialog.getByRole('textbox', { name: 'Key' }).fill(key);
    await checkAccessibility(page, 'the space dialog');
    await dialog.getByRole('button', { name: 'Create space' }).click();
    await page.waitForURL(`**/wiki/spaces/${key}`);
    await tree(page).waitFor();
    space = await ok(page, 'GET', `/api/wiki/spaces/${key}`);
    await checkAccessibility(page, 'the home of a space');
  });

  it('writes a page with macros and publishes it', async () => {
    await page.keyboard.press('c');
    await page.getByRole('dialog', { name: 'Create page' }).waitFor();
    await checkAccessibility(page, 'the page dialog');
    await page.getByRole('button', { name: 'Start writing' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Press rules');
    await editor(page).waitFor();
    await page.getByRole('textbox', { name: 'Title' }).press('Enter');
    await page.keyboard.type('/toc');
    await page.getByRole('option', { name: /Table of contents/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('[contenteditable] [data-node="extension"]').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('# Before the shift\nRead the pressure table first.\n# After the shift\nClean the press.');
    await page.getByText('Draft saved').waitFor();
    await checkAccessibility(page, 'the editor');
    await screenshot(page, 'wiki-editor');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('heading', { name: 'Press rules', level: 1 }).waitFor();
    await page.getByRole('navigation', { name: 'Contents of the page' }).getByRole('link', { name: 'After the shift' }).waitFor();
    await page.getByRole('navigation', { name: 'On this page' }).getByRole('link', { name: 'Before the shift' }).waitFor();
    handbook = /pages\/(\d+)/.exec(page.url())[1];
    await row(page, 'Press rules').waitFor();
    await checkAccessibility(page, 'a page');
    await screenshot(page, 'wiki-page');
  });

  it('comments on words and resolves the comment', async () => {
    await selectWords(page, 'pressure table');
    await page.getByRole('toolbar', { name: 'Selected words' }).getByRole('button', { name: 'Comment' }).click();
    const card = page.getByRole('group', { name: 'New comment' });
    await card.getByRole('textbox', { name: 'Comment' }).fill('Which one?');
    await card.getByRole('button', { name: 'Comment', exact: true }).click();
    await page.locator('mark[data-annotation]').filter({ hasText: 'pressure table' }).waitFor();
    await page.getByText('Which one?').waitFor();
    await checkAccessibility(page, 'comments in the margin');
    await screenshot(page, 'wiki-comments');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.locator('mark[data-annotation]').waitFor({ state: 'detached' });
    const { comments } = await ok(page, 'GET', `/api/wiki/pages/${handbook}/comments`);
    assert.equal(comments[0].resolution, 'resolved');
    assert.equal(comments[0].anchorText, 'pressure table');
  });

  it('talks below the page, labels it and likes it', async () => {
    await page.getByRole('button', { name: 'Write a comment…' }).click();
    await page.getByRole('textbox', { name: 'Comment' }).fill('Good to have.');
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await page.getByRole('heading', { name: '1 comment' }).waitFor();
    await page.getByRole('button', { name: 'Add labels' }).click();
    await page.getByRole('combobox', { name: 'Add a label' }).fill('press');
    await page.getByRole('option', { name: /press/ }).click();
    await page.getByRole('region', { name: 'Labels' }).getByRole('link', { name: 'press' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Like', exact: true }).click();
    await page.getByRole('button', { name: '1 like' }).waitFor();
  });

  it('moves pages by mouse and by keyboard', async () => {
    const home = space.homepageId;
    for (const title of ['Alpha', 'Beta', 'Gamma']) await publish(page, space, home, title, doc(paragraph(`About ${title}.`)));
    await page.goto(`/wiki/spaces/${key}`);
    await row(page, 'Gamma').waitFor();
    const order = async (parent) => (await ok(page, 'GET', `/api/wiki/spaces/${key}/tree?parent=${parent}`)).nodes.map((node) => node.title);
    assert.deepEqual(await order(home), ['Press rules', 'Alpha', 'Beta', 'Gamma']);
    const target = await row(page, 'Alpha').boundingBox();
    await row(page, 'Gamma').dragTo(row(page, 'Alpha'), { targetPosition: { x: 60, y: 3 } });
    await page.getByText('Gamma moved').waitFor();
    assert.ok(target);
    assert.deepEqual(await order(home), ['Press rules', 'Gamma', 'Alpha', 'Beta']);
    await row(page, 'Beta').dragTo(row(page, 'Alpha'), { targetPosition: { x: 60, y: target.height / 2 } });
    await page.getByText('Beta moved').waitFor();
    const { nodes } = await ok(page, 'GET', `/api/wiki/spaces/${key}/tree?parent=${home}`);
    assert.deepEqual(await order(nodes.find((node) => node.title === 'Alpha').id), ['Beta']);
    await tree(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.type('beta');
    await page.keyboard.press('Alt+ArrowLeft');
    await page.locator('.visually-hidden[aria-live="assertive"]').filter({ hasText: /^Beta, below .*, position 4 of 4$/ }).waitFor({ state: 'attached' });
    await page.waitForFunction(async ([space_, parent]) => (await (await fetch(`/api/wiki/spaces/${space_}/tree?parent=${parent}`)).json()).nodes.length === 4, [key, home]);
    await page.keyboard.press('Alt+ArrowUp');
    await page.waitForFunction(async ([space_, parent]) => (await (await fetch(`/api/wiki/spaces/${space_}/tree?parent=${parent}`)).json()).nodes[2].title === 'Beta', [key, home]);
  });

  it('keeps what was written through a reload, and offline', async () => {
    await page.goto(`${address(handbook)}?edit=true`);
    await editor(page).waitFor();
    await cursorToEnd(page, editor(page));
    await page.keyboard.type(' Never alone.');
    await page.getByText('Draft saved').waitFor();
    await page.reload();
    await editor(page).getByText('Never alone.').waitFor();
    await page.context().setOffline(true);
    await cursorToEnd(page, editor(page));
    await page.keyboard.type(' Not even at night.');
    await page.getByText('Offline: kept in this browser').waitFor();
    await page.context().setOffline(false);
    await page.reload();
    await editor(page).getByText('Not even at night.').waitFor();
    await page.getByRole('button', { name: 'Update' }).click();
    await page.getByRole('heading', { name: 'Press rules', level: 1, exact: true }).waitFor();
    await page.locator('[data-part="article"]').getByText('Never alone. Not even at night.').waitFor();
  });

  it('shows what changed and goes back', async () => {
    await page.keyboard.press('h');
    await page.getByRole('group', { name: 'Changed' }).getByText('Never alone. Not even at night.').waitFor();
    await checkAccessibility(page, 'the history');
    await screenshot(page, 'wiki-history');
    const before = (await ok(page, 'GET', `/api/wiki/pages/${handbook}`)).version;
    await page.getByRole('button', { name: /^Restore version/ }).click();
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText(/^Version \d+ is back$/).waitFor();
    const now = await ok(page, 'GET', `/api/wiki/pages/${handbook}`);
    assert.equal(now.version, before + 1);
    assert.ok(!JSON.stringify(now.body).includes('Never alone'));
  });

  it('lets two people write at once and loses neither', async () => {
    const id = await publish(page, space, space.homepageId, 'Shift plan', doc(paragraph('Monday is for Ana.'), paragraph('Tuesday is for Ben.')));
    await page.goto(`${address(id)}?edit=true`);
    await editor(page).waitFor();
    await cursorToEnd(page, editor(page).getByText('Monday is for Ana.'), 'End');
    await page.keyboard.type(' In the morning.');
    await ok(page, 'POST', `/api/wiki/pages/${id}/publish`, { baseVersion: 1, title: 'Shift plan', body: doc(paragraph('Monday is for Ana.'), paragraph('Tuesday is for Cleo.')) });
    await page.getByText(/published version 2 while you were writing/).waitFor();
    await page.getByRole('button', { name: 'Update' }).click();
    const dialog = page.getByRole('dialog', { name: /published version 2/ });
    await dialog.getByText('Your changes stand in different places').waitFor();
    await checkAccessibility(page, 'the conflict');
    await screenshot(page, 'wiki-conflict');
    await dialog.getByRole('button', { name: 'Publish both together' }).click();
    await page.locator('[data-part="article"]').getByText('Monday is for Ana. In the morning.').waitFor();
    await page.locator('[data-part="article"]').getByText('Tuesday is for Cleo.').waitFor();
  });

  it('searches by words and by CQL, and from the palette', async () => {
    await page.goto(`/wiki/search?space=${key}`);
    await page.getByRole('searchbox').fill('pressure');
    const hit = page.getByRole('list', { name: 'Results' }).getByRole('link', { name: /Press rules/ });
    await hit.first().waitFor();
    await hit.first().locator('mark').first().waitFor();
    await checkAccessibility(page, 'the search');
    await screenshot(page, 'wiki-search');
    await page.getByRole('button', { name: 'CQL' }).click();
    await page.getByRole('textbox', { name: 'CQL query' }).fill(`label = "press" and space = "${key}"`);
    await page.keyboard.press('Enter');
    await page.getByText('1 result', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'CQL query' }).fill('label = = x');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.goto(`/wiki/spaces/${key}`);
    await tree(page).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('Shift pl');
    await page.getByRole('option', { name: /Shift plan/ }).first().click();
    await page.getByRole('heading', { name: 'Shift plan', level: 1 }).waitFor();
  });

  it('throws a page away and brings it back', async () => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Move to trash…' }).click();
    await page.getByRole('button', { name: 'Move to trash', exact: true }).click();
    await page.getByText('Shift plan is in the trash').waitFor();
    await page.goto(`/wiki/spaces/${key}/trash`);
    await page.getByRole('button', { name: 'Restore Shift plan' }).waitFor();
    await checkAccessibility(page, 'the trash');
    await page.getByRole('button', { name: 'Restore Shift plan' }).click();
    await page.getByText('Shift plan is back').waitFor();
    await row(page, 'Shift plan').waitFor();
  });

  it('archives a page and brings it back', async () => {
    const id = await publish(page, space, space.homepageId, 'Old rules', doc(paragraph('How it was.')));
    await page.goto(address(id));
    await page.getByRole('heading', { name: 'Old rules', level: 1 }).waitFor();
    await row(page, 'Old rules').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Archive', exact: true }).click();
    await page.getByText('This page is archived').waitFor();
    await row(page, 'Old rules').waitFor({ state: 'detached' });
    await checkAccessibility(page, 'an archived page');
    await screenshot(page, 'wiki-archived');
    assert.equal((await ok(page, 'GET', `/api/wiki/pages/${id}`)).status, 'archived');
    await page.goto(`/wiki/spaces/${key}/trash`);
    const archived = page.getByRole('list', { name: 'Archived pages' });
    await archived.getByRole('link', { name: 'Old rules' }).waitFor();
    await checkAccessibility(page, 'the trash and the archive');
    await archived.getByRole('button', { name: 'Bring back Old rules' }).click();
    await row(page, 'Old rules').waitFor();
    await undoOf(page, 'Old rules is back in the tree').click();
    await row(page, 'Old rules').waitFor({ state: 'detached' });
    await archived.getByRole('button', { name: 'Bring back Old rules' }).click();
    await row(page, 'Old rules').waitFor();
  });

  it('hides a restricted page from everybody else', async (t) => {
    const other = await openPage(browser, server.base);
    await other.page.goto('/login');
    const signedIn = await callApi(other.page, 'POST', '/api/session', { email: friend.email, password: friend.password });
    if (signedIn.status >= 300) return t.skip('this server has no second person');
    await other.page.goto(address(handbook));
    await other.page.getByRole('heading', { name: 'Press rules', level: 1 }).waitFor();
    await page.goto(address(handbook));
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Restrictions' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who may see and change this page' });
    await dialog.getByRole('button', { name: 'Add a person or group' }).click();
    const subjects = page.getByRole('combobox', { name: 'A person or a group' });
    const [group] = (await ok(page, 'GET', '/api/wiki/groups')).results;
    if (group) {
      await subjects.fill(group.name);
      await page.getByRole('option').filter({ hasText: group.name }).filter({ hasText: 'group' }).first().waitFor();
      await screenshot(page, 'wiki-groups');
    }
    await subjects.fill('Ana');
    await page.getByRole('option', { name: /Ana Lindqvist/ }).click();
    await checkAccessibility(page, 'the restrictions');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Restricted' }).waitFor();
    await other.page.reload();
    await other.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await other.context.close();
  });

  it('sets up a space and its templates', async () => {
    await page.goto(`/wiki/spaces/${key}/settings`);
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    await checkAccessibility(page, 'the settings of a space');
    await page.getByRole('tab', { name: 'Who may do what' }).click();
    await page.getByRole('checkbox').first().waitFor();
    await checkAccessibility(page, 'the permissions of a space');
    await page.getByRole('tab', { name: 'Templates' }).click();
    await page.getByRole('button', { name: 'New template' }).first().click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Shift report');
    await page.getByRole('button', { name: 'Create and write' }).click();
    await page.getByRole('textbox', { name: 'Text of the template' }).fill('Who was there on {{day}}?');
    await checkAccessibility(page, 'a template');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Template saved').waitFor();
    await page.goto(`/wiki/spaces/${key}`);
    await tree(page).waitFor();
    await page.keyboard.press('c');
    await page.getByRole('radio', { name: /Shift report/ }).check();
    await page.getByRole('textbox', { name: 'day' }).fill('Friday');
    await page.getByRole('button', { name: 'Start writing' }).click();
    await editor(page).getByText('Who was there on Friday?').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.goto('/wiki');
    await page.getByRole('tab', { name: /^Drafts/ }).click();
    await page.getByRole('list', { name: 'Drafts' }).getByRole('button').first().waitFor();
    await checkAccessibility(page, 'the drafts');
  });

  it('keeps files with a page and shows pictures large', async () => {
    await page.goto(address(handbook));
    await page.getByRole('heading', { name: 'Press rules', level: 1 }).waitFor();
    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog', { name: 'Files of Press rules' });
    await dialog.getByText('No files yet').waitFor();
    const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC', 'base64');
    await dialog.getByLabel('Files to add').setInputFiles({ name: 'valve.png', mimeType: 'image/png', buffer: picture });
    await dialog.getByRole('button', { name: 'Open valve.png' }).waitFor();
    await checkAccessibility(page, 'the files of a page');
    await dialog.getByRole('button', { name: 'Open valve.png' }).click();
    await page.getByRole('img', { name: 'valve.png' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '1 file' }).waitFor();
  });

  it('lists tasks and files, and their pages break no rules', async () => {
    for (const [path, what] of [
      ['/wiki', 'the directory'],
      ['/wiki/tasks', 'the tasks'],
      [`/wiki/spaces/${key}/attachments`, 'the files of a space'],
      [`/wiki/spaces/${key}/blog`, 'the blog'],
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await checkAccessibility(page, what);
    }
  });

  it('fits a phone', async () => {
    ({ page: phone } = await openPage(browser, server.base, { device: 'phone', theme: 'dark', storageState: await page.context().storageState() }));
    await phone.goto(address(handbook));
    await phone.getByRole('heading', { name: 'Press rules', level: 1 }).waitFor();
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, 'the page scrolls sideways');
    await checkAccessibility(phone, 'a page on a phone');
    await screenshot(phone, 'wiki-phone');
    await phone.getByRole('button', { name: 'Pages of this space' }).click();
    await phone.getByRole('treeitem', { name: 'Alpha', exact: true }).click();
    await phone.getByRole('heading', { name: 'Alpha', level: 1 }).waitFor();
    await phone.getByRole('button', { name: 'Edit' }).click();
    await editor(phone).waitFor();
    await checkAccessibility(phone, 'the editor on a phone');
    await phone.context().close();
  });

  it('never complained in the console', () => {
    assert.deepEqual(complaints, []);
  });
});
