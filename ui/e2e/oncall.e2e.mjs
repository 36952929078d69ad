// On-call as people work with it: an alert arrives, somebody takes it, schedules change hands, rules are put in order.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { admin, callApi, checkAccessibility, foundCompany, openBrowser, openPage, screenshot, settled, startServer, undoOf, until } from './harness.mjs';

describe('on-call', () => {
  let server, browser, page, context, complaints, key, me, ben, team, schedule;

  /** Sends what monitoring would send, with the key of an integration. */
  const fire = async (message, more = {}) => {
    const response = await fetch(`${server.base}/v2/alerts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `GenieKey ${key}` },
      body: JSON.stringify({ message, ...more }),
    });
    assert.equal(response.status, 202, await response.text());
  };
  const row = (message) => page.getByRole('row').filter({ hasText: message });
  const dialog = (name) => page.getByRole('dialog', { name });
  const alerts = (query, ok, what) => until(page, `/api/oncall/alerts?query=${encodeURIComponent(query)}`, (answer) => ok(answer.alerts), what);
  const choose = async (name) => page.getByRole('option', { name }).first().click();

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    ({ page, context, complaints } = await openPage(browser, server.base));
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await foundCompany(page);
    ({ data: me } = await until(page, '/api/oncall/me', (answer) => answer?.data?.user, 'on-call knows the administrator'));
    const person = await callApi(page, 'POST', '/api/oncall/users', { username: 'ben@acme.example', fullName: 'Ben Aydin', role: { name: 'User' }, timeZone: 'Europe/Berlin' });
    assert.equal(person.status, 201, JSON.stringify(person.body));
    ben = person.body.data.id;
    const made = await callApi(page, 'POST', '/api/oncall/teams', { name: 'Orchard', members: [{ user: { id: me.user.id }, role: 'admin' }, { user: { id: ben }, role: 'user' }] });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    team = made.body.data.id;
    const view = await callApi(page, 'GET', `/api/oncall/teams/${team}/view`);
    schedule = view.body.data.schedules[0].id;
    const integration = await callApi(page, 'POST', '/v2/integrations', { type: 'API', name: 'Monitoring', ownerTeam: { id: team } });
    assert.equal(integration.status, 201, JSON.stringify(integration.body));
    key = integration.body.data.apiKey;
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('shows an alert when it arrives, without a reload', async () => {
    await page.goto('/oncall/alerts');
    await page.getByRole('heading', { name: 'All quiet' }).waitFor();
    await checkAccessibility(page, 'the empty list of alerts');
    await fire('Cider press is too hot', { priority: 'P1', alias: 'press', tags: ['cider', 'hall-2'], details: { hall: '2' }, description: 'See https://runbooks.acme.example/press' });
    await row('Cider press is too hot').waitFor();
    await fire('Cider press is too hot', { alias: 'press' });
    await row('Cider press is too hot').getByText('×2').waitFor();
  });

  it('takes an alert by keys, and gives it back from the toast', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await row('Cider press is too hot').getByText('Acknowledged').waitFor();
    await alerts('alias: press', ([alert]) => alert.acknowledged && alert.owner === admin.email, 'acknowledged');
    await undoOf(page, /acknowledged/i).click();
    await alerts('alias: press', ([alert]) => !alert.acknowledged, 'taken back');
    await row('Cider press is too hot').getByText('Open').waitFor();
  });

  it('acknowledges, assigns and closes many at once', async () => {
    for (const n of [1, 2, 3, 4]) await fire(`Frost in field ${n}`, { priority: 'P2', tags: ['frost'] });
    await page.getByRole('textbox', { name: 'Query' }).fill('tag: frost AND status: open');
    await page.keyboard.press('Enter');
    await row('Frost in field 4').waitFor();
    await row('Cider press').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+a');
    const bar = page.getByRole('toolbar', { name: 'Selected alerts' });
    await bar.getByText('4 selected').waitFor();
    await checkAccessibility(page, 'the list of alerts with a selection');
    await screenshot(page, 'oncall-bulk');
    await bar.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await alerts('tag: frost', (all) => all.length === 4 && all.every(({ acknowledged }) => acknowledged), 'all acknowledged');
    await page.keyboard.press('ControlOrMeta+a');
    await bar.getByRole('button', { name: 'Assign' }).click();
    await choose(/Ben Aydin/);
    await alerts('tag: frost', (all) => all.every(({ owner }) => owner === 'ben@acme.example'), 'all assigned');
    await bar.waitFor({ state: 'detached' });
    await page.keyboard.press('ControlOrMeta+a');
    await bar.getByRole('button', { name: 'Close', exact: true }).click();
    await alerts('tag: frost', (all) => all.every(({ status }) => status === 'closed'), 'all closed');
    await page.getByRole('heading', { name: 'No alert matches' }).waitFor();
  });

  it('says what is wrong with a query, and keeps a good one', async () => {
    const query = page.getByRole('textbox', { name: 'Query' });
    await query.fill('colour: red');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(/no field "colour"/).waitFor();
    await checkAccessibility(page, 'a query that cannot be read');
    await query.fill('priority: P1');
    await page.keyboard.press('Enter');
    await row('Cider press is too hot').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await dialog('Save this search').getByLabel('Name').fill('Worst first');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Saved searches' }).getByRole('button', { name: 'Worst first', exact: true }).waitFor();
    await page.getByRole('navigation', { name: 'Saved searches' }).getByRole('button', { name: /^Open \d/ }).click();
    await row('Cider press is too hot').waitFor();
  });

  it('works on one alert', async () => {
    await page.getByRole('link', { name: 'Cider press is too hot' }).click();
    await page.getByRole('heading', { level: 1, name: /Cider press is too hot/ }).waitFor();
    await page.getByRole('link', { name: 'runbooks.acme.example/press' }).waitFor();
    await checkAccessibility(page, 'an alert');
    await screenshot(page, 'oncall-alert');
    const alert = (ok, what) => until(page, new URL(page.url()).pathname.replace('/oncall/alerts/', '/api/oncall/alerts/'), ok, what);
    await page.getByRole('button', { name: /^Priority: P1/ }).click();
    await choose(/High/);
    await alert((view) => view.alert.priority === 'P2', 'priority');
    await page.keyboard.press('m');
    await page.getByLabel('Add a note').fill('The fan stands still.');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('The fan stands still.').waitFor();
    await alert((view) => view.notes.length === 1, 'note');
    await page.getByRole('tab', { name: /Responders/ }).click();
    await page.getByRole('tabpanel', { name: 'responders' }).getByText(/Ana|Nobody was told yet/).first().waitFor();
    await checkAccessibility(page, 'the responders of an alert');
    await page.getByRole('tab', { name: /Activity/ }).click();
    await page.getByText(/Alert created via/).waitFor();
    await checkAccessibility(page, 'the log of an alert');
    await page.getByRole('button', { name: 'Snooze' }).click();
    await page.getByRole('menuitem', { name: '1 hour' }).click();
    await alert((view) => view.alert.snoozed, 'snoozed');
    await page.keyboard.press('a');
    await alert((view) => view.alert.acknowledged, 'acknowledged by key');
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menu').waitFor();
    await checkAccessibility(page, 'the open menu of an alert');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'menuitem', 'the focus is on the first item');
    await page.getByRole('menuitem', { name: /Create an issue/ }).click();
    await dialog('Create an issue from the alert').getByRole('button', { name: 'Create issue' }).click();
    await alert((view) => view.notes.some(({ note }) => /Created issue ORC-/.test(note)), 'issue noted');
    await page.keyboard.press('Shift+c');
    await alert((view) => view.alert.status === 'closed', 'closed by key');
  });

  it('pages whoever is on call', async () => {
    await page.goto('/oncall/now');
    const card = page.getByRole('region', { name: 'Orchard' });
    await card.getByText('Ana Lindqvist').first().waitFor();
    await checkAccessibility(page, 'who is on call');
    await card.getByRole('button', { name: 'Page Ana Lindqvist' }).first().click();
    const form = dialog('Page Ana Lindqvist');
    await form.getByLabel(/^Message/).fill('Please look at the cellar');
    await checkAccessibility(page, 'the form of an alert');
    await form.getByRole('button', { name: 'Page them' }).click();
    await alerts('message: cellar', ([alert]) => alert?.responders.some(({ type, id }) => type === 'user' && id === me.user.id), 'paged');
  });

  it('gives a time to somebody else by drag', async () => {
    // A week that lies ahead, whatever day it is today: somebody is on call in all of it.
    const ahead = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
    await page.goto(`/oncall/schedules/${schedule}?range=week&from=${ahead}`);
    const chooser = page.getByRole('slider', { name: 'Time to override' });
    await chooser.waitFor();
    await checkAccessibility(page, 'a schedule');
    await settled(page);
    const box = await chooser.boundingBox();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 15);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 15, { steps: 4 });
    await screenshot(page, 'oncall-drag');
    await page.mouse.move(box.x + box.width * 0.8, box.y + 15, { steps: 4 });
    await page.mouse.up();
    const form = dialog('Override the schedule');
    await form.getByRole('button', { name: /Who takes over/ }).click();
    await choose(/Ben Aydin/);
    await checkAccessibility(page, 'the form of an override');
    await form.getByRole('button', { name: 'Override', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    const { data } = await until(page, `/api/oncall/schedules/${schedule}/overrides`, (answer) => answer.data.length === 1, 'override');
    assert.equal(data[0].user.id, ben);
    const hours = (Date.parse(data[0].endDate) - Date.parse(data[0].startDate)) / 3_600_000;
    assert.ok(Math.abs(hours - 0.2 * 168) <= 2, `${hours} hours`);
    await page.getByRole('region', { name: /^Timeline of/ }).getByRole('button', { name: /Ben Aydin/ }).click();
    await dialog('Change the override').getByRole('button', { name: 'Remove' }).click();
    await until(page, `/api/oncall/schedules/${schedule}/overrides`, (answer) => answer.data.length === 0, 'removed');
    await undoOf(page, 'Override removed').click();
    await until(page, `/api/oncall/schedules/${schedule}/overrides`, (answer) => answer.data.length === 1, 'brought back');
  });

  it('gives a time to somebody else by keys', async () => {
    await page.goto(`/oncall/schedules/${schedule}?range=day`);
    await page.getByRole('slider', { name: 'Time to override' }).focus();
    for (const press of ['Home', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Enter']) await page.keyboard.press(press);
    const form = dialog('Override the schedule');
    const minutes = async (label) => form.getByLabel(label).inputValue().then((text) => Number(text.slice(11, 13)) * 60 + Number(text.slice(14)));
    assert.equal((await minutes('To')) - (await minutes('From')), 45);
    await form.getByRole('button', { name: 'Cancel' }).click();
  });

  it('adds a rotation', async () => {
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: /Add a rotation/ }).click();
    const form = dialog('Add a rotation');
    await form.getByLabel('Name').fill('Nights');
    await form.getByRole('button', { name: 'Add a participant' }).click();
    await choose(/Ben Aydin/);
    await form.getByLabel('On call').selectOption('time-of-day');
    await checkAccessibility(page, 'the form of a rotation');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Nights', exact: true }).waitFor();
  });

  it('edits an escalation', async () => {
    await page.goto(`/oncall/teams/${team}`);
    await page.getByRole('button', { name: 'Edit Orchard_escalation' }).click();
    const form = dialog('Edit escalation');
    await form.getByRole('button', { name: 'Add a step' }).click();
    await form.getByRole('spinbutton', { name: /Step \d+: minutes/ }).last().fill('25');
    await form.getByRole('button', { name: /^tell/ }).last().click();
    await choose(/Ben Aydin/);
    await checkAccessibility(page, 'the form of an escalation');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('listitem', { name: 'Orchard_escalation' }).getByText('25 min').waitFor();
  });

  it('puts routing rules in order and tests them', async () => {
    for (const name of ['Quiet staging', 'Frost']) {
      await page.getByRole('button', { name: 'Add a rule' }).click();
      const form = dialog('Add a rule');
      await form.getByLabel(/^Name/).fill(name);
      await form.getByLabel('Condition 1: field').selectOption('message');
      await form.getByLabel('Condition 1: value').fill(name === 'Frost' ? 'Frost' : 'staging');
      await form.getByRole('button', { name: /Then notify/ }).click();
      await choose(name === 'Frost' ? /Orchard_escalation/ : /Nobody/);
      await form.getByRole('button', { name: 'Add', exact: true }).click();
      await form.waitFor({ state: 'detached' });
    }
    const rules = (names) => until(page, `/api/oncall/teams/${team}/view`, ({ data }) => data.routingRules.map(({ name }) => name).join() === names, names);
    const [, , last] = (await callApi(page, 'GET', `/api/oncall/teams/${team}/view`)).body.data.routingRules;
    await rules(`Frost,Quiet staging,${last.name}`);
    await page.getByRole('button', { name: /^Move Frost/ }).focus();
    await page.keyboard.press('ArrowDown');
    await rules(`Quiet staging,Frost,${last.name}`);
    const cards = page.getByRole('list', { name: 'Routing rules' }).getByRole('listitem');
    await page.getByRole('button', { name: /^Move Frost/ }).dragTo(cards.first(), { targetPosition: { x: 200, y: 4 } });
    await rules(`Frost,Quiet staging,${last.name}`);
    await checkAccessibility(page, 'a team');
    await page.getByRole('button', { name: 'Test with a sample alert' }).click();
    const form = dialog('Test with a sample alert');
    await form.getByLabel('Message').fill('Deploy to staging failed');
    await form.getByRole('button', { name: 'See what would happen' }).click();
    await form.getByText(/takes it: the alert is kept and nobody is told/).waitFor();
    await form.getByLabel('Message').fill('Frost tonight');
    await form.getByRole('button', { name: 'See what would happen' }).click();
    await form.getByText(/leads to Orchard_escalation/).waitFor();
    await checkAccessibility(page, 'the test of routing rules');
    await screenshot(page, 'oncall-routing-test');
    await form.getByRole('button', { name: 'Close', exact: true }).last().click();
  });

  it('connects Alertmanager', async () => {
    await page.goto('/oncall/integrations');
    await checkAccessibility(page, 'the integrations');
    await page.getByRole('button', { name: /Prometheus Alertmanager/ }).click();
    await dialog('Add Prometheus Alertmanager').getByRole('button', { name: 'Create' }).click();
    await page.getByText('This is the only time the key is shown.').waitFor();
    const configuration = await page.getByLabel('the configuration', { exact: true }).innerText();
    assert.match(configuration, /opsgenie_configs/);
    const [, fresh] = /api_key: (\S+)/.exec(configuration);
    assert.notEqual(fresh, 'API_KEY');
    await page.getByRole('button', { name: 'Copy the configuration' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), configuration.endsWith('\n') ? configuration : `${configuration}\n`);
    await page.getByRole('button', { name: 'See what it would come to' }).click();
    await page.getByText('Disk is almost full on db-7').last().waitFor();
    await checkAccessibility(page, 'an integration');
    await screenshot(page, 'oncall-integration');
    const sent = await fetch(`${server.base}/v2/alerts`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `GenieKey ${fresh}` }, body: JSON.stringify({ message: 'Sent with the key that was shown' }) });
    assert.equal(sent.status, 202);
    await page.reload();
    await page.getByText(/Created alert/).first().waitFor();
    assert.equal(await page.getByText(fresh).count(), 0, 'the key is shown once');
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('It is off: what it is sent is refused.').waitFor();
    await undoOf(page, /is off/).click();
    await page.getByRole('button', { name: 'Disable' }).waitFor();
  });

  it('waits for a heartbeat', async () => {
    await page.goto('/oncall/heartbeats');
    await page.getByRole('button', { name: 'Create', exact: true }).last().click();
    const form = dialog('Create heartbeat');
    await form.getByLabel(/^Name/).fill('nightly-press');
    await checkAccessibility(page, 'the form of a heartbeat');
    await form.getByRole('button', { name: 'Create' }).click();
    const how = dialog('Ping nightly-press');
    await how.getByText(/\/v2\/heartbeats\/nightly-press\/ping$/).first().waitFor();
    await how.getByRole('button', { name: 'Done' }).click();
    await page.getByText('waiting for the first ping').waitFor();
    const ping = await fetch(`${server.base}/v2/heartbeats/nightly-press/ping`, { headers: { Authorization: `GenieKey ${key}` } });
    assert.equal(ping.status, 202);
    await page.getByText('alive').waitFor();
    await checkAccessibility(page, 'the heartbeats');
  });

  it('keeps my profile', async () => {
    await page.goto('/oncall/me');
    await page.getByRole('heading', { name: 'How to reach me' }).waitFor();
    await page.getByRole('button', { name: 'Add a contact' }).click();
    await dialog('Add a contact').getByLabel(/^To/).fill('ana.night@acme.example');
    await page.keyboard.press('Enter');
    const code = dialog('Enter the code');
    await code.getByLabel(/^Code/).fill('000000');
    await code.getByRole('button', { name: 'Verify' }).click();
    await code.getByText('This is not the code that was sent.').waitFor();
    await checkAccessibility(page, 'the form of a code');
    await code.getByRole('button', { name: 'Later' }).click();
    await page.getByRole('button', { name: 'Enter the code' }).waitFor();
    await page.getByRole('button', { name: 'Add a rule: A new alert is yours' }).click();
    await dialog('A new alert is yours').getByRole('button', { name: 'Save' }).click();
    await until(page, '/api/oncall/me', ({ data }) => data.rules.length === 1, 'rule');
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog('Quiet hours').getByRole('button', { name: 'Save' }).click();
    await page.getByText(/Quiet every day 22:00 to 07:00/).waitFor();
    await page.getByRole('button', { name: 'Forward', exact: true }).click();
    await dialog('Forward to somebody else').getByRole('button', { name: /^To/ }).click();
    await choose(/Ben Aydin/);
    await dialog('Forward to somebody else').getByRole('button', { name: 'Forward', exact: true }).click();
    await until(page, '/api/oncall/me', ({ data }) => data.forwardings.length === 1, 'forwarding');
    await page.getByRole('button', { name: 'Into my calendar' }).click();
    const url = await dialog('In your calendar').locator('code').innerText();
    const calendar = await fetch(url);
    assert.match(await calendar.text(), /BEGIN:VCALENDAR/);
    await dialog('In your calendar').getByRole('button', { name: 'Done' }).click();
    await checkAccessibility(page, 'my profile');
  });

  it('says how text messages and calls leave', async () => {
    await page.goto('/oncall/provider');
    await page.getByLabel('Address for text messages').fill('ftp://sms.example/send');
    await page.getByLabel('Headers for text messages').fill('Authorization');
    await page.getByText('Line 1 is not “Name: value”.').waitFor();
    await page.getByLabel('Headers for text messages').fill('Authorization: Bearer abc');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    await checkAccessibility(page, 'the provider, refused');
    await page.getByLabel('Address for text messages').fill('https://sms.example/send?to={to}');
    await page.getByRole('button', { name: 'Save' }).click();
    await until(page, '/api/oncall/provider', ({ data }) => data.sms.url === 'https://sms.example/send?to={to}' && data.sms.headers.Authorization === 'Bearer abc' && data.secret !== '', 'saved');
    await screenshot(page, 'oncall-provider');
  });

  it('finds an alert from the palette', async () => {
    await fire('Wasps in the cellar', { priority: 'P4' });
    await alerts('message: Wasps', (all) => all.length === 1, 'arrived');
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('Wasps');
    await page.getByRole('option', { name: /Wasps in the cellar/ }).click();
    await page.getByRole('heading', { level: 1, name: /Wasps in the cellar/ }).waitFor();
  });

  it('acknowledges on a phone with a thumb, in the dark', async () => {
    const phone = await openPage(browser, server.base, { device: 'phone', theme: 'dark', storageState: await context.storageState() });
    await phone.page.goto('/oncall/alerts');
    const card = phone.page.getByRole('row').filter({ hasText: 'Wasps in the cellar' });
    const button = card.getByRole('button', { name: 'Acknowledge' });
    assert.ok((await button.boundingBox()).height >= 40);
    await checkAccessibility(phone.page, 'the alerts on a phone');
    await button.tap();
    await card.getByText('Acknowledged', { exact: true }).waitFor();
    await alerts('message: Wasps', ([alert]) => alert.acknowledged, 'acknowledged');
    assert.deepEqual(phone.complaints, []);
    await phone.context.close();
  });

  it('breaks no rule of accessibility on any page, small or dark', async () => {
    const alert = (await callApi(page, 'GET', '/api/oncall/alerts?limit=1')).body.alerts[0].id;
    const paths = ['alerts', `alerts/${alert}`, 'now', 'schedules', `schedules/${schedule}`, 'teams', `teams/${team}`, `teams/${team}?tab=members`, `teams/${team}?tab=activity`, 'integrations', 'heartbeats', 'me', 'deliveries', 'provider'];
    const storageState = await context.storageState();
    for (const [device, theme] of [['desktop', 'dark'], ['phone', 'light']]) {
      const other = await openPage(browser, server.base, { device, theme, storageState });
      for (const path of paths) {
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

  it('says how a deleted thing is missing', async () => {
    for (const [path, words] of [
      ['alerts/00000000-0000-7000-8000-000000000000', 'There is no such alert'],
      ['schedules/none', 'There is no such schedule'],
      ['teams/none', 'There is no such team'],
      ['integrations/none', 'There is no such integration'],
    ]) {
      await page.goto(`/oncall/${path}`);
      await page.getByRole('heading', { name: words }).waitFor();
    }
  });

  it('made the browser complain about nothing', () => {
    assert.deepEqual(complaints, []);
  });

});
