// On-call as its administrators set it up: policies in order, maintenances, buttons that call, and how long the log is kept.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callApi, checkAccessibility, foundCompany, openBrowser, openPage, screenshot, settled, startServer, undoOf, until } from './harness.mjs';

describe('on-call, as administrators set it up', () => {
  let server, browser, page, context, complaints, key, team, integration;

  const dialog = (name) => page.getByRole('dialog', { name });
  const list = (name) => page.getByRole('list', { name });
  const item = (name) => page.getByRole('listitem').filter({ hasText: name }).first();
  const act = async (name, what) => {
    await page.getByRole('button', { name: `Actions of ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: what, exact: true }).click();
  };
  const ok = async (method, path, body) => {
    const answer = await callApi(page, method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const policies = (type, names, what) =>
    until(
      page,
      '/api/oncall/policies',
      ({ data }) =>
        data.policies
          .filter((each) => each.type === type && !each.teamId)
          .sort((a, b) => a.order - b.order)
          .map(({ name }) => name)
          .join() === names,
      what,
    );
  const fire = async (message, more = {}) => {
    const response = await fetch(`${server.base}/v2/alerts`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `GenieKey ${key}` }, body: JSON.stringify({ message, ...more }) });
    return response.status;
  };

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    ({ page, context, complaints } = await openPage(browser, server.base));
    await foundCompany(page, 'RUL');
    const { data: me } = await until(page, '/api/oncall/me', (answer) => answer?.data?.user, 'on-call knows the administrator');
    team = (await ok('POST', '/api/oncall/teams', { name: 'Orchard', members: [{ user: { id: me.user.id }, role: 'admin' }] })).data.id;
    ({ id: integration, apiKey: key } = (await ok('POST', '/v2/integrations', { type: 'API', name: 'Monitoring', ownerTeam: { id: team } })).data);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('adds an alert policy that changes what comes', async () => {
    await page.goto('/oncall/policies');
    await page.getByRole('heading', { name: 'No alert policy yet' }).waitFor();
    await checkAccessibility(page, 'no policies');
    await page.getByRole('button', { name: 'Add the first' }).click();
    const form = dialog('Add an alert policy');
    assert.ok(await form.getByRole('button', { name: 'Add', exact: true }).isDisabled(), 'nothing is named yet');
    await form.getByLabel(/^Name/).fill('Frost is urgent');
    await form.getByLabel('Condition 1: value').fill('frost');
    await form.getByLabel('Priority').selectOption('P1');
    await form.getByLabel(/^Add tags/).fill('weather, night');
    await form.getByText('Buttons, details and other fields').click();
    await form.getByLabel(/^Add buttons/).fill('light the fires');
    await form.getByLabel(/^Add details/).fill('runbook');
    await form.getByText('Line 1 is not “key: value”.').waitFor();
    await form.getByLabel(/^Add details/).fill('runbook: https://runbooks.acme.example/frost');
    await checkAccessibility(page, 'the form of an alert policy');
    await screenshot(page, 'oncall-policy');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    await item('Frost is urgent').getByText(/set the priority to P1; add the tags weather and night; add the button light the fires/).waitFor();
    assert.equal(await fire('Ground frost tonight', { priority: 'P4' }), 202);
    const { alerts } = await until(page, '/api/oncall/alerts?query=tag%3A%20weather', ({ alerts: all }) => all.length === 1, 'the policy changed the alert');
    assert.equal(alerts[0].priority, 'P1');
    // Its button is in its menu, below a heading of its own.
    await page.goto(`/oncall/alerts/${alerts[0].id}`);
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'light the fires' }).waitFor();
    await checkAccessibility(page, 'a menu with headings');
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Actions', 'the focus is back where it came from');
    await page.goto('/oncall/policies');
  });

  it('puts policies in order by keys, by mouse and from the menu', async () => {
    for (const name of ['Quiet staging', 'Old checks']) await ok('POST', '/api/oncall/policies', { type: 'alert', name, message: '{{message}}', continue: true, filter: { type: 'match-all-conditions', conditions: [{ field: 'tags', operation: 'contains', expectedValue: 'staging' }] } });
    // They were made elsewhere, and are here without a reload.
    await item('Old checks').waitFor();
    const grip = (name) => page.getByRole('button', { name: new RegExp(`^Move ${name}`) });
    await grip('Frost is urgent').focus();
    await page.keyboard.press('ArrowDown');
    await policies('alert', 'Quiet staging,Frost is urgent,Old checks', 'moved by a key');
    await page.getByRole('button', { name: 'Move Frost is urgent, number 2 of 3. Arrow keys move it.' }).waitFor();
    assert.match(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''), /^Move Frost is urgent/, 'the focus went with it');
    await settled(page);
    await grip('Old checks').dragTo(list('Policies of the site').getByRole('listitem').first(), { targetPosition: { x: 200, y: 4 } });
    await policies('alert', 'Old checks,Quiet staging,Frost is urgent', 'moved by mouse');
    await settled(page);
    await page.getByRole('button', { name: 'Actions of Frost is urgent' }).click();
    await page.getByRole('menu').waitFor();
    await checkAccessibility(page, 'an open menu of a policy');
    assert.ok(await page.getByRole('menuitem', { name: 'Move down' }).isDisabled(), 'the last cannot move down');
    await page.getByRole('menuitem', { name: 'Move up' }).click();
    await policies('alert', 'Old checks,Frost is urgent,Quiet staging', 'moved from the menu');
    await page.reload();
    await page.getByRole('button', { name: 'Move Frost is urgent, number 2 of 3. Arrow keys move it.' }).waitFor();
  });

  it('switches a policy off and on, edits it, deletes it and takes that back', async () => {
    await act('Quiet staging', 'Switch off');
    await item('Quiet staging').getByText('off', { exact: true }).waitFor();
    await undoOf(page, 'Quiet staging is off').click();
    await until(page, '/api/oncall/policies', ({ data }) => data.policies.every(({ enabled }) => enabled), 'on again');
    await act('Frost is urgent', 'Edit…');
    const form = dialog('Edit policy');
    assert.equal(await form.getByLabel(/^Add tags/).inputValue(), 'weather, night');
    assert.equal(await form.getByLabel(/^Add details/).inputValue(), 'runbook: https://runbooks.acme.example/frost');
    await form.getByLabel(/^Message/).fill('{{ 1 + }}');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.locator('[aria-invalid="true"]').waitFor();
    await checkAccessibility(page, 'a policy, refused');
    await form.getByLabel(/^Message/).fill('[frost] {{message}}');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await item('Frost is urgent').getByText('make the message “[frost] {{message}}”').waitFor();
    await act('Frost is urgent', 'Delete');
    await policies('alert', 'Old checks,Quiet staging', 'deleted');
    await undoOf(page, 'Policy “Frost is urgent” deleted').click();
    await policies('alert', 'Old checks,Frost is urgent,Quiet staging', 'back in its place');
    await item('Frost is urgent').getByText('make the message “[frost] {{message}}”').waitFor();
    await checkAccessibility(page, 'the alert policies');
    await screenshot(page, 'oncall-policies');
  });

  it('holds back what a team is told at night, and shows it with the team', async () => {
    await page.getByRole('tab', { name: /^Notification policies/ }).click();
    await page.getByRole('heading', { name: 'No notification policy yet' }).waitFor();
    await page.getByRole('button', { name: 'Add a policy' }).click();
    const form = dialog('Add a notification policy');
    await form.getByLabel(/^Name/).fill('Nights are for sleeping');
    await form.getByLabel('For alerts of').selectOption({ label: 'Orchard' });
    await form.getByLabel('If', { exact: true }).selectOption('match-all');
    await form.getByLabel('and the time is').selectOption('time-of-day');
    await form.getByLabel('Wait: how').selectOption('next-time');
    await form.getByLabel('Wait: until').fill('07:30');
    await form.getByLabel('Close the alert by itself').check();
    await form.getByLabel('Close after: amount').fill('');
    assert.ok(await form.getByRole('button', { name: 'Add', exact: true }).isDisabled(), 'a time without an amount');
    await form.getByLabel('Close after: amount').fill('2');
    await checkAccessibility(page, 'the form of a notification policy');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    await item('Nights are for sleeping').getByText('wait until it is 07:30; close the alert after 2 days').waitFor();
    await page.goto(`/oncall/teams/${team}?tab=policies`);
    await list('Notification policies').getByText('Nights are for sleeping').waitFor();
    await page.getByRole('heading', { name: 'None yet' }).waitFor();
    await checkAccessibility(page, 'the policies of a team');
    await act('Nights are for sleeping', 'Delete');
    await page.getByRole('heading', { name: 'None yet' }).nth(1).waitFor();
    await undoOf(page, 'Policy “Nights are for sleeping” deleted').click();
    await list('Notification policies').getByText('Nights are for sleeping').waitFor();
  });

  it('closes an integration for a maintenance, and opens it again', async () => {
    await page.goto('/oncall/maintenance');
    await page.getByRole('heading', { name: 'Nothing is under maintenance' }).waitFor();
    await checkAccessibility(page, 'no maintenances');
    await page.getByRole('button', { name: 'Plan a maintenance' }).last().click();
    const form = dialog('Plan a maintenance');
    await form.getByLabel(/^What for/).fill('New disks');
    assert.ok(await form.getByRole('button', { name: 'Begin now' }).isDisabled(), 'nothing is switched yet');
    for (const name of [/^Monitoring/, /^Old checks/]) {
      await form.getByRole('button', { name: 'Add an integration or policy' }).click();
      await page.getByRole('listbox').getByRole('option', { name }).click();
    }
    await checkAccessibility(page, 'the form of a maintenance');
    await form.getByRole('button', { name: 'Begin now' }).click();
    await form.waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: 'New disks' });
    await row.getByText('now', { exact: true }).waitFor();
    await row.getByText('Off: Monitoring, Old checks').waitFor();
    assert.equal(await fire('Nobody hears this'), 401);
    await checkAccessibility(page, 'the maintenances');
    await screenshot(page, 'oncall-maintenance');
    await page.goto('/oncall/policies');
    await item('Old checks').getByText('off for maintenance').waitFor();
    await act('Old checks', 'Delete');
    await dialog('Delete “Old checks”?').getByText(/A maintenance names it.*New disks/).waitFor();
    await checkAccessibility(page, 'the question before a named policy is deleted');
    await dialog('Delete “Old checks”?').getByRole('button', { name: 'Cancel' }).click();
    await page.goto('/oncall/maintenance');
    await act('New disks', 'End it now…');
    await dialog('End “New disks”?').getByRole('button', { name: 'End it now' }).click();
    await page.getByRole('heading', { name: 'Nothing is under maintenance' }).waitFor();
    assert.equal(await fire('Heard again'), 202);
    await page.getByRole('tab', { name: /^Over/ }).click();
    await page.getByRole('row').filter({ hasText: 'New disks' }).getByText('ended early').waitFor();
    await act('New disks', 'Delete…');
    await checkAccessibility(page, 'the question before a maintenance is deleted');
    await dialog('Delete “New disks”?').getByRole('button', { name: 'Delete “New disks”' }).click();
    await page.getByRole('heading', { name: 'None was held yet' }).waitFor();
  });

  it('plans a maintenance, edits it and moves its end', async () => {
    await page.getByRole('tab', { name: /^Now and planned/ }).click();
    await page.getByRole('button', { name: 'Plan a maintenance' }).last().click();
    const form = dialog('Plan a maintenance');
    await form.getByLabel(/^What for/).fill('The move');
    await form.getByLabel('When').selectOption('schedule');
    await form.getByLabel(/^From/).fill('2098-05-04T10:00');
    await form.getByLabel(/^To/).fill('2098-05-04T09:00');
    await form.getByText('It must end after it starts.').waitFor();
    await form.getByLabel(/^To/).fill('2098-05-04T12:00');
    await form.getByRole('button', { name: 'Add an integration or policy' }).click();
    await page.getByRole('listbox').getByRole('option', { name: /^Quiet staging/ }).click();
    await form.getByLabel('Quiet staging is').selectOption('enabled');
    await form.getByRole('button', { name: 'Plan it' }).click();
    await form.waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: 'The move' });
    await row.getByText('planned').waitFor();
    await row.getByText('On: Quiet staging').waitFor();
    await act('The move', 'Edit…');
    await dialog('Edit the maintenance').getByLabel(/^What for/).fill('The great move');
    await dialog('Edit the maintenance').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: 'The great move' }).waitFor();
    await act('The great move', 'Change the end…');
    await dialog('When “The great move” ends').getByRole('button', { name: 'An hour later' }).click();
    assert.equal(await dialog('When “The great move” ends').getByLabel(/^Ends/).inputValue(), '2098-05-04T13:00');
    await checkAccessibility(page, 'the end of a maintenance');
    await dialog('When “The great move” ends').getByRole('button', { name: 'Save' }).click();
    await until(page, '/api/oncall/maintenances', ({ data }) => data.length === 1 && Date.parse(data[0].time.endDate) - Date.parse(data[0].time.startDate) === 3 * 3_600_000, 'the end moved by an hour');
  });

  it('gives a button an address, and its secret once', async () => {
    await page.goto('/oncall/custom-actions');
    await page.getByRole('heading', { name: 'No button calls anything yet' }).waitFor();
    await checkAccessibility(page, 'no custom actions');
    await page.getByRole('button', { name: 'Create the first' }).click();
    const form = dialog('Create a custom action');
    await form.getByLabel(/^Name of the button/).fill('light the fires');
    await form.getByLabel(/^Address to call/).fill('ops.acme.example/fires');
    await form.getByText('It begins with https:// or http://.').waitFor();
    await form.getByLabel(/^Address to call/).fill('https://ops.acme.example/fires');
    await checkAccessibility(page, 'the form of a custom action');
    await form.getByRole('button', { name: 'Create', exact: true }).click();
    const shown = dialog('The secret of light the fires');
    const secret = await shown.locator('code').innerText();
    assert.notEqual(secret.trim(), '');
    await checkAccessibility(page, 'the secret of a custom action');
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    const row = page.getByRole('row').filter({ hasText: 'https://ops.acme.example/fires' });
    await row.waitFor();
    assert.equal(await page.getByText(secret).count(), 0, 'the secret is shown once');
    await page.getByRole('button', { name: 'Create', exact: true }).last().click();
    await form.getByLabel(/^Name of the button/).fill('light the fires');
    await form.getByLabel(/^Address to call/).fill('https://other.acme.example/');
    await form.getByRole('button', { name: 'Create', exact: true }).click();
    await form.getByText(/There is an action "light the fires" already/).waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    await act('light the fires', 'Switch off');
    await row.getByText('off', { exact: true }).waitFor();
    await undoOf(page, 'light the fires is off').click();
    await row.getByText('on', { exact: true }).waitFor();
    await act('light the fires', 'Edit…');
    await dialog('Custom action light the fires').getByLabel(/^Address to call/).fill('https://ops.acme.example/all-fires');
    await dialog('Custom action light the fires').getByRole('button', { name: 'Save' }).click();
    await page.getByText('https://ops.acme.example/all-fires').waitFor();
    await checkAccessibility(page, 'the custom actions');
    await act('light the fires', 'Delete…');
    await dialog('Delete light the fires?').getByRole('button', { name: 'Delete “light the fires”' }).click();
    await page.getByRole('heading', { name: 'No button calls anything yet' }).waitFor();
  });

  it('says how long the delivery log is kept, and that less is for good', async () => {
    await page.goto('/oncall/deliveries');
    await page.getByText('Messages are kept for 90 days').waitFor();
    await page.getByRole('button', { name: 'Change how long' }).click();
    const form = dialog('How long messages are kept');
    await form.getByLabel(/^Days/).fill('3');
    await form.getByText('From 7 to 3,650 days.').waitFor();
    await form.getByLabel(/^Days/).fill('30');
    await form.getByText(/cannot be brought back/).waitFor();
    await checkAccessibility(page, 'how long messages are kept');
    await form.getByRole('button', { name: 'Remove what is older than 30 days' }).click();
    await page.getByText('Messages are kept for 30 days, then they go for good.').waitFor();
    await until(page, '/api/oncall/retention', ({ data }) => data.days === 30, 'thirty days');
  });

  it('breaks no rule of accessibility on any of these pages, small or dark', async () => {
    await ok('POST', '/api/oncall/custom-actions', { name: 'restart', url: 'https://ops.acme.example/restart' });
    await ok('POST', '/api/oncall/maintenance', { description: 'Now', time: { type: 'indefinitely' }, rules: [{ state: 'disabled', entity: { id: integration, type: 'integration' } }] });
    const storageState = await context.storageState();
    for (const [device, theme] of [['desktop', 'dark'], ['phone', 'light']]) {
      const other = await openPage(browser, server.base, { device, theme, storageState });
      for (const path of ['policies', 'policies?type=notification', 'maintenance', 'custom-actions', 'deliveries', `teams/${team}?tab=policies`]) {
        await other.page.goto(`/oncall/${path}`);
        await other.page.getByRole('navigation', { name: 'Breadcrumb' }).waitFor();
        await checkAccessibility(other.page, `/oncall/${path} (${device}, ${theme})`);
        const sideways = await other.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.ok(!sideways, `/oncall/${path} scrolls sideways (${device})`);
      }
      assert.deepEqual(other.complaints, []);
      await other.context.close();
    }
  });

  it('says so when a page cannot be loaded, and tries again', async () => {
    for (const [path, api, what] of [
      ['policies', '**/api/oncall/policies', 'Could not load the policies'],
      ['maintenance', '**/api/oncall/maintenances', 'Could not load the maintenances'],
      ['custom-actions', '**/api/oncall/custom-actions', 'Could not load the custom actions'],
    ]) {
      await page.route(api, (route) => route.fulfill({ status: 403, contentType: 'application/json', body: '{"error":{"code":"forbidden","message":"Not for you."}}' }));
      await page.goto(`/oncall/${path}`);
      await page.getByRole('alert').getByText(what).waitFor();
      await checkAccessibility(page, `${path}, refused`);
      await page.unroute(api);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('alert').waitFor({ state: 'detached' });
    }
  });

  it('had nothing to complain about', () => assert.deepEqual(complaints, []));
});
