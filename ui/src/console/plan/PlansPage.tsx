import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, RelativeTime, SkeletonRows } from '../../kit';
import { Page } from '../../shell';
import css from '../Console.module.css';
import { Go, State } from '../parts';
import { ask } from '../platform';
import { actorText, many } from '../words';

/** Every plan, newest first. */
export function PlansPage(): ReactElement {
  const list = useInfiniteQuery(ask.plans());
  const plans = list.data?.pages.flatMap((page) => page.plans) ?? [];
  return (
    <Page
      title="Plans"
      head={<Breadcrumb>{['Plans']}</Breadcrumb>}
      shape="wide"
      actions={
        <Go to="plans/new" className={css['act']}>
          Write a plan
        </Go>
      }
    >
      {list.isPending ? (
        <SkeletonRows />
      ) : list.isError ? (
        <ErrorState what="list the plans" error={list.error} onRetry={() => void list.refetch()} />
      ) : plans.length === 0 ? (
        <EmptyState icon="layers" title="No plan was ever written" action={<Go to="plans/new">Write the first</Go>}>
          Work over many sites is a plan: resolved to names, approved by a second operator, applied in waves, taken back by the same machinery.
        </EmptyState>
      ) : (
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Plans">
          <table className={css['table']}>
            <thead>
              <tr>
                <th>Plan</th>
                <th>State</th>
                <th>Reaches</th>
                <th>By</th>
                <th>Changed</th>
              </tr>
            </thead>
            <tbody>
              {plans.map((plan) => (
                <tr key={plan.id}>
                  <th scope="row" className={css['wrap']}>
                    <Go to={`plans/${plan.id}`} className={css['name']}>
                      {plan.name}
                    </Go>
                    <span className={css['under']}>{plan.does}</span>
                  </th>
                  <td>
                    <State state={plan.state} />
                  </td>
                  <td>
                    {many(plan.blast_radius.targets, 'target')}
                    <span className={css['under']}>
                      {many(plan.blast_radius.customers, 'customer')}, {many(plan.blast_radius.active_users, 'person', 'people')}
                    </span>
                  </td>
                  <td>{actorText(plan.author)}</td>
                  <td>
                    <RelativeTime at={plan.changed} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {list.hasNextPage && (
            <div className={css['more']}>
              <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                Show older
              </Button>
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
