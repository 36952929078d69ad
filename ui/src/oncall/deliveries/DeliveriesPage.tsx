import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, RelativeTime, SearchInput, SkeletonRows, Tabs } from '../../kit';
import { Page, useSignedIn } from '../../shell';
import { methodWord, stateLook } from '../alert/model';
import { Badge, Who } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { deliveriesQuery } from '../queries';
import type { Delivery } from '../wire';
import { Retention } from './Retention';
import { kindText, matches, type StateFilter } from './model';
import css from './Deliveries.module.css';

/** Everything that was sent to anybody, or held back, or failed, and why. */
export function DeliveriesPage(): ReactElement {
  const { account } = useSignedIn();
  const list = useInfiniteQuery(deliveriesQuery);
  const [state, setState] = useState<StateFilter>('all');
  const [query, setQuery] = useState('');
  const all = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const shown = all.filter((each) => matches(each, state, query));
  return (
    <Page
      title="Delivery log"
      shape="wide"
      head={<Breadcrumb>{['Delivery log']}</Breadcrumb>}
      actions={<SearchInput label="Find a person or address" value={query} onChange={setQuery} width={240} />}
    >
      <div className={css['tabs']}>
        <Tabs<StateFilter>
          label="Which messages"
          value={state}
          onChange={setState}
          tabs={[
            { value: 'all', label: 'All' },
            { value: 'failed', label: 'Failed' },
            { value: 'queued', label: 'On their way' },
            { value: 'held', label: 'Held back' },
            { value: 'sent', label: 'Sent' },
          ]}
        />
      </div>
      {account.admin && <Retention />}
      {list.isPending ? (
        <SkeletonRows rows={8} height={44} />
      ) : list.isLoadingError ? (
        <ErrorState what="load the delivery log" error={list.error} onRetry={() => void list.refetch()} />
      ) : shown.length === 0 ? (
        <EmptyState icon="mail" title={all.length === 0 ? 'Nothing was sent yet' : 'None of those that are loaded'}>
          Every mail, push, text message, call and webhook is written down here with what became of it.
        </EmptyState>
      ) : (
        <table className={parts['table']}>
          <thead>
            <tr>
              <th>To</th>
              <th>By</th>
              <th>State</th>
              <th>About</th>
              <th>When</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <Row key={each.id} delivery={each} />
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && (
        <div className={css['more']}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </Page>
  );
}

function Row({ delivery }: { delivery: Delivery }): ReactElement {
  const look = stateLook(delivery.state);
  const [first, ...more] = delivery.alerts ?? [];
  return (
    <tr>
      <td className={parts['main']}>
        <Who word={delivery.user.id} />
      </td>
      <td className={css['to']}>
        {methodWord(delivery.method)}
        {delivery.method !== 'mobile' && <span className={parts['fine']}>{delivery.to}</span>}
      </td>
      <td className={css['state']}>
        <Badge tone={look.tone}>{look.words}</Badge>
        {(delivery.reason || delivery.tries > 1) && (
          <span className={parts['fine']}>
            {delivery.reason}
            {delivery.tries > 1 && ` (${delivery.tries} tries)`}
          </span>
        )}
      </td>
      <td>
        {first ? (
          <Link to="/oncall/alerts/$id" params={{ id: first }}>
            {kindText(delivery)}
            {more.length > 0 && ` and ${more.length} more`}
          </Link>
        ) : (
          kindText(delivery)
        )}
        {delivery.why && <span className={parts['fine']}>{delivery.why}</span>}
      </td>
      <td>
        <RelativeTime at={delivery.doneAt ?? delivery.createdAt} />
      </td>
    </tr>
  );
}
