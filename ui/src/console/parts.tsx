import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement, type ReactNode } from 'react';
import { FormDialog, TextAreaField } from '../kit';
import css from './Console.module.css';
import { toneOf } from './words';
import type { Step } from './wire';

/** A link to a page of the console: "plans/plan_…"; empty for the first. */
export function Go({ to, className, children, label }: { to: string; className?: string | undefined; children: ReactNode; label?: string }): ReactElement {
  const rest = { ...(className ? { className } : {}), ...(label ? { 'aria-label': label } : {}) };
  return to === '' ? (
    <Link to="/console" {...rest}>
      {children}
    </Link>
  ) : (
    <Link to="/console/$" params={{ _splat: to }} {...rest}>
      {children}
    </Link>
  );
}

/** A state, by word and dot. */
export function State({ state }: { state: string }): ReactElement {
  return (
    <span className={css['state']} data-tone={toneOf(state)}>
      {state}
    </span>
  );
}

/** How far something is, in words and as a bar. */
export function Bar({ done, total, text }: { done: number; total: number; text: string }): ReactElement {
  const percent = total > 0 ? Math.round((done / total) * 100) : 0;
  return (
    <div className={css['progress']}>
      <div className={css['track']} role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={text}>
        <span style={{ width: `${percent}%` }} />
      </div>
      <span className={css['quiet']}>{text}</span>
    </div>
  );
}

const stepWords: Record<string, string> = {
  shipping: 'saving what is still alive',
  building: 'building the state beside',
  verifying: 'proving every row',
  switching: 'switching to the restored state',
  done: 'done',
};

export function StepBar({ step }: { step: Step }): ReactElement {
  const words = stepWords[step.step] ?? step.step;
  return <Bar done={step.step === 'switching' ? step.total : step.done} total={step.total} text={`${words === '' ? 'beginning' : words} · ${step.done} of ${step.total} ${step.unit}`} />;
}

/** A list of names and values. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <dl className={css['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface AskReasonProps {
  title: string;
  /** What happens and to whom, by name; the way back first. */
  wayBack: ReactNode;
  children?: ReactNode;
  act: string;
  danger?: boolean;
  /** Shown in the empty field. */
  example: string;
  onClose: () => void;
  run: (reason: string) => Promise<unknown>;
  done?: () => void;
}

/** Asks for the meaning of an act: why, in words that stay in the ledger. Nobody types DELETE. */
export function AskReason({ title, wayBack, children, act, danger = false, example, onClose, run, done }: AskReasonProps): ReactElement {
  const [reason, setReason] = useState('');
  const ready = reason.trim().length >= 3;
  const go = useMutation({
    mutationFn: () => run(reason.trim()),
    meta: { quiet: true },
    onSuccess: () => {
      done?.();
      onClose();
    },
  });
  return (
    <FormDialog
      title={title}
      onClose={onClose}
      sticky={reason !== ''}
      onSubmit={() => go.mutate()}
      submit={act}
      busy={go.isPending}
      ready={ready}
      danger={danger}
      cancel="Leave as it is"
      what={act.toLowerCase()}
      error={go.error}
    >
      <p className={css['wayBack']}>
        <b>The way back:</b> {wayBack}
      </p>
      {children}
      <TextAreaField
        label="Why?"
        required
        data-autofocus
        rows={2}
        placeholder={example}
        hint="It stays in the ledger; the customer may ask for it."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
