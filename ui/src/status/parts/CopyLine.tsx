import type { ReactElement } from 'react';
import { IconButton } from '../../kit';
import { copyText } from '../say';
import css from './parts.module.css';

/** Something to copy: a command, a secret, an address. */
export function CopyLine({ text, what }: { text: string; what: string }): ReactElement {
  return (
    <div>
      <span className={css['copyLabel']}>{what}</span>
      <div className={css['copyLine']}>
        <pre tabIndex={0}>{text}</pre>
        <IconButton icon="copy" size="s" label={`Copy: ${what}`} onClick={() => copyText(text, what)} />
      </div>
    </div>
  );
}
