import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Button, Dialog, ErrorState } from '../../kit';
import css from '../Console.module.css';
import { AskReason } from '../parts';
import { platform } from '../platform';
import type { Plan } from '../wire';
import { actorText, many, sentence } from '../words';

export type Act = 'approve' | 'apply' | 'undo' | 'breakglass';

/** The first customers by name, and how many more. */
function whom(plan: Plan): string {
  const names = plan.customers.slice(0, 3).map((c) => c.name);
  const more = plan.blast_radius.customers - names.length;
  return more > 0 ? `${names.join(', ')} and ${many(more, 'more customer')}` : names.join(', ');
}

/** Asks for what an act on a plan means. The way back comes first. */
export function PlanDialog({ plan, act, onClose }: { plan: Plan; act: Act; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const renew = (next?: Plan) => {
    if (next) queries.setQueryData(['console', 'plan', plan.id], next);
    void queries.invalidateQueries({ queryKey: ['console'] });
  };
  const go = useMutation({
    mutationFn: () => platform.post<Plan>(`/plans/${plan.id}/${act}`, act === 'undo' ? {} : { hash: plan.hash }),
    meta: { quiet: true },
    onSuccess: (next) => {
      renew(next);
      onClose();
    },
  });
  if (act === 'breakglass')
    return (
      <AskReason
        title={`Break the glass for “${plan.name}”?`}
        wayBack="The run can be aborted and taken back like any other. The record of the broken glass stays for ever."
        act="Break the glass"
        danger
        example="Nobody else can be reached and customers lose data every minute."
        onClose={onClose}
        run={(reason) => platform.post(`/plans/${plan.id}/breakglass`, { reason })}
        done={() => renew()}
      >
        <p>The caps and the second approval are lifted for this plan alone; kinds, waves, checks and undo stay. The owners are told at once, in your name.</p>
      </AskReason>
    );
  const words = {
    approve: {
      title: `Approve “${plan.name}”?`,
      back: 'an approval is used once, for exactly this hash, within a day; nothing happens until somebody applies it.',
      ahead: `You say that this is right: ${sentence(plan.does)} It reaches ${many(plan.blast_radius.targets, 'target')} of ${whom(plan)}. The reason given is: ${plan.reason}`,
      act: 'Approve this plan',
      variant: 'primary' as const,
    },
    apply: {
      title: `Apply “${plan.name}”?`,
      back: 'pause stops it before its next target, abort takes back what it did, and a finished run can be taken back too. A wave that does not end as planned is taken back by itself.',
      ahead: `${sentence(plan.does)} It reaches ${many(plan.blast_radius.targets, 'target')} of ${whom(plan)}, first one of them. ${many(plan.blast_radius.active_users, 'person is', 'people are')} active there.`,
      act: plan.state === 'paused' ? 'Go on' : 'Apply, beginning with one',
      variant: 'danger' as const,
    },
    undo: {
      title: `Take back “${plan.name}”?`,
      back: 'what is taken back can be planned anew.',
      ahead: `Everything that it did to ${whom(plan)} returns to the state before. It needs no approval.`,
      act: 'Take it back',
      variant: 'primary' as const,
    },
  }[act];
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Leave as it is
          </Button>
          <Button variant={words.variant} busy={go.isPending} onClick={() => go.mutate()}>
            {words.act}
          </Button>
        </>
      }
    >
      <p className={css['wayBack']}>
        <b>The way back:</b> {words.back}
      </p>
      <p>{words.ahead}</p>
      <p className={css['quiet']}>
        Written by {actorText(plan.author)}. Hash <code>{plan.hash.slice(0, 16)}…</code>
      </p>
      {go.error && <ErrorState compact what={act === 'undo' ? 'take it back' : `${act} it`} error={go.error} />}
    </Dialog>
  );
}
