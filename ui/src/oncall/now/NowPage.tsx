import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState, type ReactElement } from 'react';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, Icon, SearchInput, SkeletonRows, useNow } from '../../kit';
import { openOverlay, Page, useCommands } from '../../shell';
import { usePeople } from '../people';
import { Badge } from '../parts/marks';
import { momentOf, ownZone, zoneAbbreviation } from '../parts/zone';
import { whoQuery } from '../queries';
import type { Participant, Watch, WatchCard } from '../wire';
import { isCovered, matchingCards, remaining } from './model';
import css from './Now.module.css';

export function NowPage(): ReactElement {
  const who = useQuery(whoQuery);
  const { person } = usePeople();
  const now = useNow();
  const [query, setQuery] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const zone = ownZone();
  const nameOf = (each: Participant) => (each.type === 'user' ? person(each.id ?? each.name ?? '').displayName : (each.name ?? ''));
  useCommands([{ id: 'search-here', label: 'Find a team or person', keys: 'f', group: 'Who is on call', icon: 'search', run: () => search.current?.focus() }]);
  const cards = matchingCards(who.data ?? [], query, nameOf);
  return (
    <Page
      title="Who is on call"
      shape="wide"
      head={<Breadcrumb>{['Who is on call']}</Breadcrumb>}
      actions={<SearchInput ref={search} label="Find a team or person" value={query} onChange={setQuery} width={220} />}
    >
      {who.isPending ? (
        <SkeletonRows rows={6} height={64} />
      ) : who.isError ? (
        <ErrorState what="find out who is on call" error={who.error} onRetry={() => void who.refetch()} />
      ) : cards.length === 0 ? (
        <EmptyState icon="phone" title={query === '' ? 'No teams yet' : 'Nobody of that name is on call'}>
          {query === '' ? 'Teams, their schedules and who has the watch appear here.' : 'Look for a team, a schedule or a person.'}
        </EmptyState>
      ) : (
        <>
          <p className={css['zone']}>
            Times by your clock, {zone.replaceAll('_', ' ')} ({zoneAbbreviation(now, zone)})
          </p>
          <div className={css['cards']}>
            {cards.map((card) => (
              <Card key={card.team?.id ?? 'none'} card={card} nameOf={nameOf} now={now} zone={zone} />
            ))}
          </div>
        </>
      )}
    </Page>
  );
}

interface CardProps {
  card: WatchCard;
  nameOf: (who: Participant) => string;
  now: number;
  zone: string;
}

function Card({ card, nameOf, now, zone }: CardProps): ReactElement {
  const { team, watches } = card;
  return (
    <section className={css['card']} aria-label={team?.name ?? 'Schedules without a team'}>
      <header className={css['cardHead']}>
        <h2>
          {team ? (
            <Link to="/oncall/teams/$id" params={{ id: team.id }}>
              {team.name}
            </Link>
          ) : (
            'Without a team'
          )}
        </h2>
        {team && (
          <Button size="s" icon="bell" onClick={() => openOverlay({ kind: 'create', what: 'alert', preset: { to: `team:${team.id}`, name: team.name, priority: 'P2' } })}>
            Page the team
          </Button>
        )}
      </header>
      {watches.length === 0 && <p className={css['none']}>This team has no schedule: alerts go to its members.</p>}
      {watches.map((watch) => (
        <WatchRow key={watch.schedule.id} watch={watch} nameOf={nameOf} now={now} zone={zone} />
      ))}
    </section>
  );
}

function WatchRow({ watch, nameOf, now, zone }: { watch: Watch } & Omit<CardProps, 'card'>): ReactElement {
  const next = watch.next.map(nameOf).join(', ');
  return (
    <div className={css['watch']}>
      <div className={css['watchHead']}>
        <Link to="/oncall/schedules/$id" params={{ id: watch.schedule.id }} className={css['schedule']}>
          <Icon name="calendar" size={12} /> {watch.schedule.name}
        </Link>
        {watch.until && isCovered(watch) && (
          <span className={css['until']}>
            until {momentOf(Date.parse(watch.until), zone)} <span className={css['fine']}>({remaining(watch.until, now)})</span>
          </span>
        )}
      </div>
      {isCovered(watch) ? (
        <ul className={css['people']}>
          {watch.now.map((each) => {
            const name = nameOf(each);
            return (
              <li key={`${each.type}:${each.id}`} className={css['person']}>
                <span aria-hidden="true">{each.type === 'user' ? <Avatar person={{ accountId: each.id ?? '', displayName: name }} size={32} /> : <Icon name="members" size={20} />}</span>
                <b>{name}</b>
                {each.type === 'user' && (
                  <Button size="s" icon="phone" aria-label={`Page ${name}`} onClick={() => openOverlay({ kind: 'create', what: 'alert', preset: { to: `user:${each.id ?? ''}`, name, priority: 'P2' } })}>
                    Page
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      ) : (
        <p className={css['nobody']}>
          <Badge tone="red" icon="warning">
            {watch.schedule.enabled ? 'Nobody is on call' : 'Switched off'}
          </Badge>
        </p>
      )}
      <p className={css['next']}>
        {next === '' ? 'Nobody follows.' : `Next: ${next}${watch.nextAt ? `, ${momentOf(Date.parse(watch.nextAt), zone)}` : ''}`}
      </p>
    </div>
  );
}
