import type { ReactElement } from 'react';
import { RelativeTime } from '../../kit';
import css from '../Console.module.css';
import type { Proof } from './wire';

const tones = { proven: 'green', failed: 'red', overdue: 'red', waiting: 'neutral' } as const;
const words = { proven: 'proven', failed: 'failed', overdue: 'overdue', waiting: 'not tested yet' } as const;

/** How a backup stands, in a word, with when it was proven last. */
export function ProofState({ proof, since = false }: { proof: Proof | null | undefined; since?: boolean }): ReactElement {
  if (!proof) return <span className={css['quiet']}>not enrolled yet</span>;
  if (proof.testing) return <span data-tone="blue" className={css['state']}>being tested</span>;
  return (
    <span data-tone={tones[proof.state]} className={css['state']} title={proof.error ?? (proof.failures > 0 ? 'The newest test failed' : undefined)}>
      {words[proof.state]}
      {since && proof.proven && (
        <span className={css['quiet']}>
          <RelativeTime at={proof.proven} />
        </span>
      )}
    </span>
  );
}

/** "0.2 s", "3 min 20 s". */
export function secondsText(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
