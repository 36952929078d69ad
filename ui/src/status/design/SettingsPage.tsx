import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Button, Checkbox, EmptyState, ErrorState, Notice, RelativeTime, SelectField, SkeletonRows, Tabs, TextField, toast } from '../../kit';
import { Section, useSignedIn } from '../../shell';
import { CopyLine } from '../parts/CopyLine';
import { StatusFrame } from '../parts/Frame';
import { activityQuery, own } from '../queries';
import { count, inZone } from '../say';
import { keys } from '../stale';
import type { PageSettings, StatusPage } from '../wire';
import css from './Design.module.css';
import { Keys } from './Keys';
import { activityText } from './model';

type Tab = 'page' | 'copies' | 'keys' | 'activity';

export function SettingsPage(): ReactElement {
  const { tab = 'page' } = useSearch({ strict: false }) as { tab?: Tab };
  const navigate = useNavigate();
  const { account } = useSignedIn();
  return (
    <StatusFrame title="Status page settings" crumbs={['Settings']} shape="text">
      {(page) => (
        <>
          <div className={css['tabs']}>
            <Tabs<Tab>
              label="Settings"
              value={tab}
              onChange={(next) => void navigate({ to: '/statuspages/settings', search: next === 'page' ? {} : { tab: next }, replace: true })}
              tabs={[
                { value: 'page', label: 'Page' },
                { value: 'copies', label: 'Copies' },
                ...(account.admin ? [{ value: 'keys' as const, label: 'Keys' }] : []),
                { value: 'activity', label: 'Activity' },
              ]}
            />
          </div>
          {tab === 'copies' ? <Copies page={page} /> : tab === 'keys' ? account.admin ? <Keys page={page} /> : <Notice tone="info">Only administrators see the keys.</Notice> : tab === 'activity' ? <ActivityList page={page} /> : <PageForm key={page.id} page={page} may={account.admin} />}
        </>
      )}
    </StatusFrame>
  );
}

/** The server's bounds of how long notices are kept, in days. */
const [leastDays, mostDays, usualDays] = [7, 3650, 90];

function daysProblem(text: string): string | undefined {
  const days = Number(text);
  return text.trim() !== '' && Number.isInteger(days) && days >= leastDays && days <= mostDays ? undefined : `From ${leastDays} to ${mostDays.toLocaleString()} days.`;
}

const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function PageForm({ page, may }: { page: StatusPage; may: boolean }): ReactElement {
  const queries = useQueryClient();
  const { settings } = page;
  const [name, setName] = useState(page.name);
  const [domain, setDomain] = useState(page.domain);
  const [zone, setZone] = useState(settings.timeZone === undefined || settings.timeZone === '' ? 'UTC' : settings.timeZone);
  const [url, setUrl] = useState(settings.url ?? '');
  const [support, setSupport] = useState(settings.supportUrl ?? '');
  const [weight, setWeight] = useState(String(settings.partialPercent ?? 30));
  const [from, setFrom] = useState(settings.notificationsFromEmail ?? '');
  const [footer, setFooter] = useState(settings.notificationsEmailFooter ?? '');
  const [keep, setKeep] = useState(String(settings.keepNoticesDays ?? usualDays));
  const [flags, setFlags] = useState<PageSettings>(settings);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      api.patch<StatusPage>(own(page.id), {
        name: name.trim(),
        domain: domain.trim(),
        timeZone: zone,
        url: url.trim(),
        supportUrl: support.trim(),
        partialPercent: Number(weight) || 0,
        notificationsFromEmail: from.trim(),
        notificationsEmailFooter: footer,
        viewersMustBeTeamMembers: flags.viewersMustBeTeamMembers ?? false,
        keepNoticesDays: Number(keep),
        hiddenFromSearch: flags.hiddenFromSearch ?? false,
        noPageSubscribers: flags.noPageSubscribers ?? false,
        noIncidentSubscribers: flags.noIncidentSubscribers ?? false,
        noEmailSubscribers: flags.noEmailSubscribers ?? false,
        noWebhookSubscribers: flags.noWebhookSubscribers ?? false,
        noFeeds: flags.noFeeds ?? false,
        hideUptime: flags.hideUptime ?? false,
      }),
    onSuccess: async () => {
      await Promise.all([keys.pages, keys.components, keys.preview].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: 'Settings saved', tone: 'success' });
    },
  });
  const keepProblem = daysProblem(keep);
  const private_ = flags.viewersMustBeTeamMembers ?? false;
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const tick = (label: string, name_: 'hiddenFromSearch' | 'viewersMustBeTeamMembers' | 'noPageSubscribers' | 'noIncidentSubscribers' | 'noEmailSubscribers' | 'noWebhookSubscribers' | 'noFeeds' | 'hideUptime', positive: boolean) => (
    <Checkbox label={label} disabled={!may} checked={positive ? !flags[name_] : (flags[name_] ?? false)} onChange={(event) => setFlags({ ...flags, [name_]: positive ? !event.currentTarget.checked : event.currentTarget.checked })} />
  );
  return (
    <form
      className={css['settings']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '' && keepProblem === undefined) save.mutate();
      }}
    >
      {!may && <Notice tone="info">Only administrators change the settings.</Notice>}
      <Section title="The page">
        <div className={css['fields']}>
          <TextField label="Name" required value={name} disabled={!may} error={name.trim() === '' ? 'Give the page a name.' : fields['name']} onChange={(e) => setName(e.currentTarget.value)} />
          <TextField label="Own domain" optional value={domain} disabled={!may} placeholder="status.example.com" error={fields['domain']} hint="Point its DNS to this server; the page is then served there." onChange={(e) => setDomain(e.currentTarget.value)} />
          <SelectField label="Time zone" value={zone} onChange={(next) => may && setZone(next)} error={fields['timeZone'] ?? fields['time_zone']} hint={`Now it is ${inZone(new Date().toISOString(), zone)} there.`} options={zones.map((value) => ({ value, label: value }))} />
          <TextField label="Your website" optional type="url" value={url} disabled={!may} placeholder="https://example.com" error={fields['url']} onChange={(e) => setUrl(e.currentTarget.value)} />
          <TextField label="Where readers ask for help" optional type="url" value={support} disabled={!may} placeholder="https://example.com/support" error={fields['supportUrl'] ?? fields['support_url']} onChange={(e) => setSupport(e.currentTarget.value)} />
        </div>
      </Section>
      <Section title="Who reads it">
        <div className={css['fields']}>
          {tick('Only members of this site, signed in', 'viewersMustBeTeamMembers', false)}
          {private_ ? (
            <Notice tone={settings.viewersMustBeTeamMembers ? 'info' : 'warning'}>
              Everybody else is told that the page is private, and nothing of it. Its feeds, badge and JSON need a session or a manage key, and it has no static copy: while this server is down, nobody reads it. Who subscribed goes on being told.
            </Notice>
          ) : (
            settings.viewersMustBeTeamMembers && <Notice tone="warning">From the moment this is saved, everybody reads the page and its history, and its static copy is written again.</Notice>
          )}
          {!private_ && tick('Search engines may list it', 'hiddenFromSearch', true)}
        </div>
      </Section>
      <Section title="Uptime" hint="A major outage counts as down. How much does a partial one?">
        <div className={css['fields']}>
          <TextField label="Weight of a partial outage, in percent" type="number" min={0} max={100} value={weight} disabled={!may} error={fields['partialPercent']} hint={`An hour of partial outage counts as ${Math.round(((Number(weight) || 0) / 100) * 60)} minutes down.`} onChange={(e) => setWeight(e.currentTarget.value)} />
          {tick('Show uptime on the page', 'hideUptime', true)}
        </div>
      </Section>
      <Section title="Subscribers" hint="How readers can hear of news.">
        <div className={css['fields']}>
          {tick('To the whole page', 'noPageSubscribers', true)}
          {tick('To a single incident', 'noIncidentSubscribers', true)}
          {tick('By mail', 'noEmailSubscribers', true)}
          {tick('By webhook', 'noWebhookSubscribers', true)}
          {tick('By feeds (Atom, RSS)', 'noFeeds', true)}
          <TextField label="Days for which notices are kept" type="number" min={leastDays} max={mostDays} value={keep} disabled={!may} error={keepProblem ?? fields['keepNoticesDays']} hint={`What was sent to whom, and what became of it. What is older goes for good; ${usualDays} is usual.`} onChange={(e) => setKeep(e.currentTarget.value)} />
          <TextField label="Mails come from" optional type="email" value={from} disabled={!may} error={fields['notificationsFromEmail'] ?? fields['notifications_from_email']} onChange={(e) => setFrom(e.currentTarget.value)} />
          <TextField label="At the foot of each mail" optional value={footer} disabled={!may} onChange={(e) => setFooter(e.currentTarget.value)} />
        </div>
      </Section>
      {save.error && Object.keys(fields).length === 0 && <ErrorState compact what="save the settings" error={save.error} />}
      {may && (
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save settings
        </Button>
      )}
    </form>
  );
}

/** Where the page lives besides here: the copy that needs nothing of this server. */
function Copies({ page }: { page: StatusPage }): ReactElement {
  const address = new URL(page.publicUrl, location.origin).href;
  const base = new URL(page.path, location.origin).href;
  return (
    <>
      <Section title="Addresses" hint={page.settings.viewersMustBeTeamMembers ? 'The page is private: readers sign in, programs bring a manage key.' : 'What readers and their programs use.'}>
        <div className={css['fields']}>
          <CopyLine what="Public page" text={address} />
          <CopyLine what="Status as JSON" text={`${base}api/v2/summary.json`} />
          {!page.settings.noFeeds && <CopyLine what="Atom feed" text={`${base}history.atom`} />}
          <CopyLine what="Badge for a website" text={`<a href="${address}"><img src="${base}badge.svg" alt="Status"></a>`} />
        </div>
      </Section>
      <Section title="Static copy" hint="Every change writes the page as plain files. They can be served from anywhere, also while this server is down.">
        {page.settings.viewersMustBeTeamMembers ? (
          <p className={css['published']}>A private page has no copy: there nobody could be asked who they are.</p>
        ) : page.published ? (
          <p className={css['published']}>
            Written <RelativeTime at={page.published.at} />: {count(page.published.files, 'file')}, {(page.published.bytes / 1024).toLocaleString(undefined, { maximumFractionDigits: 0 })} KiB.
          </p>
        ) : (
          <p className={css['published']}>It is written with the next change.</p>
        )}
        {!page.settings.viewersMustBeTeamMembers && (
          <div className={css['fields']}>
            <CopyLine what="Serve the copy" text="holdfast status serve --from DATA/status-pages --listen :8081" />
            <CopyLine what="Bring the copy elsewhere" text="rsync -a --delete DATA/status-pages/ status.example.com:/srv/status-pages/" />
            <p className={css['quiet']}>DATA is the server’s data folder. The copy holds the page, its JSON and its feeds; subscribing needs the server.</p>
          </div>
        )}
      </Section>
    </>
  );
}

function ActivityList({ page }: { page: StatusPage }): ReactElement {
  const list = useInfiniteQuery(activityQuery(page.id));
  if (list.isPending) return <SkeletonRows rows={10} />;
  if (list.isError) return <ErrorState what="load the activity" error={list.error} onRetry={() => void list.refetch()} />;
  const all = list.data.pages.flatMap((each) => each.activity);
  if (all.length === 0) {
    return (
      <EmptyState icon="history" title="Nothing was done yet">
        What people, keys and timers do with this page is written down here.
      </EmptyState>
    );
  }
  return (
    <>
      <ol className={css['activity']}>
        {all.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.name === '' ? one.actor : one.name}</strong> {activityText(one.verb, one.subject)}
            </span>
            <RelativeTime at={one.at} />
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </>
  );
}
