import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Button, EmptyState, ErrorState, Notice, RelativeTime, SkeletonRows } from '../../kit';
import { Section } from '../../shell';
import css from '../Console.module.css';
import { platform } from '../platform';
import { actorText, bytesText, many } from '../words';
import { about } from './ask';
import { Chart } from './Chart';
import { ProofState, secondsText } from './Proof';

/** The tests of one site's backup, and one more now. */
export function SiteProof({ id, name }: { id: string; name: string }): ReactElement {
  const queries = useQueryClient();
  const info = useQuery(about.proof(id));
  const test = useMutation({ mutationFn: () => platform.post(`/sites/${id}/proof`), onSettled: () => queries.invalidateQueries({ queryKey: ['console', 'site', id] }) });
  if (info.isPending) return <SkeletonRows rows={3} />;
  if (info.isError) return <ErrorState compact what="read the restore tests" error={info.error} onRetry={() => void info.refetch()} />;
  const { proof, tests } = info.data;
  const charted = tests.filter((one) => one.proven).reverse();
  return (
    <Section
      title="Restore tests"
      hint={`The backup of ${name} is restored into scratch at least weekly, proven row by row, and removed. The site itself is not touched.`}
      actions={
        <Button icon="play" busy={test.isPending || (proof?.testing ?? false)} onClick={() => test.mutate()}>
          Test now
        </Button>
      }
    >
      {proof?.error && <Notice tone="error">{proof.error}</Notice>}
      {charted.length > 1 && (
        <Chart title={`Restore tests of ${name}`} unit="seconds" points={charted.map((one) => ({ at: one.started, value: one.seconds, label: `${many(one.rows, 'row')}, ${bytesText(one.bytes)}` }))} />
      )}
      {tests.length === 0 ? (
        <EmptyState icon="shield" title="Not tested yet">
          {proof ? (
            <>
              The first test is due <RelativeTime at={proof.due} />.
            </>
          ) : (
            'It is enrolled within an hour of its creation.'
          )}
        </EmptyState>
      ) : (
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Restore tests of this site">
          <table className={css['table']}>
            <thead>
              <tr>
                <th>When</th>
                <th>Result</th>
                <th>Commits</th>
                <th>Rows</th>
                <th>Size</th>
                <th>Attachments</th>
                <th>Took</th>
                <th>By</th>
              </tr>
            </thead>
            <tbody>
              {tests.map((one) => (
                <tr key={one.id}>
                  <td>
                    <RelativeTime at={one.started} />
                  </td>
                  <td className={css['wrap']}>
                    {proof && <ProofState proof={{ ...proof, testing: false, state: one.proven ? 'proven' : 'failed' }} />}
                    {one.error && <span className={css['wrong']}>{one.error}</span>}
                  </td>
                  <td>
                    {one.volumes.map((v) => (
                      <span key={v.kind} className={css['under']} title={`digest ${v.digest}`}>
                        {v.kind} {v.commit.toLocaleString()}
                      </span>
                    ))}
                  </td>
                  <td className={css['number']}>{one.rows.toLocaleString()}</td>
                  <td className={css['number']}>{bytesText(one.bytes)}</td>
                  <td className={css['number']}>{one.attachments.toLocaleString()}</td>
                  <td className={css['number']}>{secondsText(one.seconds)}</td>
                  <td>{actorText(one.by)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
