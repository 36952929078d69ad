import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Breadcrumb, EmptyState, ErrorState, Icon, RelativeTime, SkeletonRows } from '../kit';
import { Page, Section } from '../shell';
import css from './Console.module.css';
import { Bar, Go, State, StepBar } from './parts';
import { ask } from './platform';
import { actorText, many } from './words';
import type { BrokenSite, Overview } from './wire';

/** What is broken, for whom, since when, and what is being done: one screen for the worst day. */
export function OverviewPage(): ReactElement {
  const now = useQuery(ask.overview);
  return (
    <Page title="Now" head={<Breadcrumb>{['Now']}</Breadcrumb>} shape="wide">
      {now.isPending ? <SkeletonRows /> : now.isError ? <ErrorState what="see the fleet" error={now.error} onRetry={() => void now.refetch()} /> : <Situation now={now.data} />}
    </Page>
  );
}

function headline(now: Overview): { tone: 'good' | 'bad'; text: string } {
  const total = Object.values(now.sites).reduce((a, b) => a + b, 0);
  if (now.broken_total > 0) return { tone: 'bad', text: `${many(now.broken_total, 'site')} of ${many(now.broken_customers, 'customer')} ${now.broken_total === 1 ? 'needs' : 'need'} you` };
  if (now.findings.length > 0) return { tone: 'bad', text: `The watcher has ${many(now.findings.length, 'finding')}` };
  if (total === 0) return { tone: 'good', text: 'There is no site yet' };
  return { tone: 'good', text: `${total === 1 ? 'The site is' : `All ${total.toLocaleString()} sites of ${many(now.customers, 'customer')} are`} there` };
}

function Situation({ now }: { now: Overview }): ReactElement {
  const { tone, text } = headline(now);
  const states = Object.entries(now.sites).sort(([, a], [, b]) => b - a);
  const lost = now.findings.filter((finding) => !now.broken.some((site) => site.id === finding.site));
  return (
    <>
      <div className={css['headline']} data-tone={tone}>
        <Icon name={tone === 'good' ? 'check' : 'warning'} size={20} />
        <div>
          <h2>{text}</h2>
          <p className={css['quiet']}>
            {states.map(([state, count]) => `${count.toLocaleString()} ${state}`).join(' · ') || 'Nothing was set up.'} · {now.watching ? 'the watcher looks every few seconds' : 'no watcher runs in this process'} · as of{' '}
            {new Date(now.at).toLocaleTimeString()}
          </p>
        </div>
      </div>
      {now.broken.length > 0 && (
        <Section title="Broken" hint="The vault keeps their history. A restore builds beside, proves every row, then switches.">
          <ul className={css['rows']}>
            {now.broken.map((site) => (
              <Broken key={site.id} site={site} />
            ))}
          </ul>
          {now.broken_total > now.broken.length && <Go to="fleet">and {many(now.broken_total - now.broken.length, 'more site')}</Go>}
        </Section>
      )}
      {now.restoring.length > 0 && (
        <Section title="Being restored">
          <ul className={css['rows']}>
            {now.restoring.map((site) => (
              <li key={site.id}>
                <Go to={`sites/${site.id}/recovery`} className={css['name']}>
                  {site.name}
                </Go>
                <span className={css['quiet']}>{site.customer}</span>
                <span className={css['spring']} />
                {site.step && <StepBar step={site.step} />}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {lost.length > 0 && (
        <Section title="What the watcher found">
          <ul className={css['rows']}>
            {lost.map((finding) => (
              <li key={finding.site + finding.what}>
                <b>{finding.slug || 'The platform'}</b>
                <span>{finding.what}</span>
                <span className={css['spring']} />
                <RelativeTime at={finding.at} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Plans that wait or run" hint={`At most ${now.caps.run.toLocaleString()} targets a run and ${now.caps.hour.toLocaleString()} an hour.`} actions={<Go to="plans">All plans</Go>}>
        {now.plans.length === 0 ? (
          <EmptyState icon="layers" title="Nothing waits" action={<Go to="plans/new">Write a plan</Go>}>
            Work over many sites is written as a plan, approved by a second operator and applied in waves.
          </EmptyState>
        ) : (
          <ul className={css['rows']}>
            {now.plans.map((plan) => (
              <li key={plan.id}>
                <State state={plan.state} />
                <Go to={`plans/${plan.id}`} className={css['name']}>
                  {plan.name}
                </Go>
                <span className={css['quiet']}>
                  {many(plan.blast_radius.targets, 'target')} · {many(plan.blast_radius.customers, 'customer')} · by {actorText(plan.author)}
                </span>
                <span className={css['spring']} />
                {plan.run?.running ? <Bar done={plan.run.done} total={plan.run.total} text={`${plan.run.done} of ${plan.run.total}`} /> : <RelativeTime at={plan.changed} />}
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function Broken({ site }: { site: BrokenSite }): ReactElement {
  return (
    <li>
      <State state={site.missing.length > 0 ? 'gone' : site.state} />
      <Go to={`sites/${site.id}`} className={css['name']}>
        {site.name}
      </Go>
      <span className={css['quiet']}>
        {site.customer} · {site.wrong}
        {site.since && (
          <>
            {' '}
            · since <RelativeTime at={site.since} />
          </>
        )}
      </span>
      <span className={css['spring']} />
      {site.step ? <StepBar step={site.step} /> : <Go to={`sites/${site.id}/recovery`}>Bring back</Go>}
    </li>
  );
}
