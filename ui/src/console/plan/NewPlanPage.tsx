import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { ApiError, errorMessage } from '../../api';
import { Breadcrumb, Button, Field, Notice } from '../../kit';
import { Page } from '../../shell';
import css from '../Console.module.css';
import { Go } from '../parts';
import { platform } from '../platform';
import type { Plan } from '../wire';

const patterns: readonly { label: string; source: string }[] = [
  {
    label: 'Deactivate an add-on',
    source: `name: Deactivate the add-on Insight
reason: it is part of the product now
action:
  kind: deactivate-addon
expect:
  targets: 40
waves: [1, 10, 100]
targets:
  kind: addon
  where:
    addon: insight-assets
    state: active
`,
  },
  {
    label: 'Suspend sites',
    source: `name: Pause the trial sites
reason: their trials are over; customers were told on 1 April
action:
  kind: suspend-site
targets:
  kind: site
  ids:
    - site_…
waves: [1, 10, 100]
`,
  },
  {
    label: 'Choose by a script',
    source: `name: Deactivate the add-on on small sites first
reason: to see how it goes
action:
  kind: deactivate-addon
expect:
  targets: 30..50
targets:
  kind: addon
script: |
  def select(target):
      return target.addon_key == "insight-assets" and target.active_users < 10
`,
  },
];

/** Writes a plan. Reading it touches nothing; what is wrong with it is said all at once. */
export function NewPlanPage(): ReactElement {
  const [source, setSource] = useState(patterns[0]?.source ?? '');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const resolve = useMutation({
    mutationFn: () => platform.post<Plan>('/plans', { source }),
    meta: { quiet: true },
    onSuccess: async (plan) => {
      queries.setQueryData(['console', 'plan', plan.id], plan);
      await navigate({ to: '/console/$', params: { _splat: `plans/${plan.id}` } });
    },
  });
  const wrong = resolve.error instanceof ApiError ? [resolve.error.message, ...resolve.error.more] : resolve.error ? [errorMessage(resolve.error)] : [];
  return (
    <Page
      title="Write a plan"
      shape="text"
      head={
        <Breadcrumb>
          {[
            <Go key="plans" to="plans">
              Plans
            </Go>,
            'Write a plan',
          ]}
        </Breadcrumb>
      }
    >
      <div className={css['write']}>
      <p className={css['quiet']}>A plan says what is to be done to which sites or add-ons, and why. It is resolved to names and counts first; nothing is touched until another operator has approved it.</p>
      <div className={css['chips']} role="group" aria-label="Begin with">
        {patterns.map((pattern) => (
          <Button key={pattern.label} size="s" onClick={() => setSource(pattern.source)}>
            {pattern.label}
          </Button>
        ))}
      </div>
      {wrong.length > 0 && (
        <Notice tone="error">
          <b>Nothing was planned.</b>
          <ul className={css['wrongs']}>
            {wrong.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Field label="Plan" hint="YAML. A list or a filter that is empty selects nothing, and a plan for nothing is refused.">
        {({ id, describedBy }) => (
          <textarea
            id={id}
            aria-describedby={describedBy}
            className={css['source']}
            spellCheck={false}
            rows={18}
            value={source}
            onChange={(event) => setSource(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) resolve.mutate();
            }}
          />
        )}
      </Field>
      <Button variant="primary" busy={resolve.isPending} onClick={() => resolve.mutate()}>
        Resolve to names
      </Button>
      </div>
    </Page>
  );
}
