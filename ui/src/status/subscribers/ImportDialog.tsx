import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, Dialog, ErrorState, Notice, TextAreaField } from '../../kit';
import { own } from '../queries';
import { count } from '../say';
import { keys } from '../stale';
import type { StatusPage } from '../wire';
import { linesOf } from './model';
import css from './Subscribers.module.css';

interface Report {
  added: number;
  already: number;
  refused: string[];
}

/** Enters the addresses of a CSV, and says of each line that was refused why. */
export function ImportDialog({ page, onClose }: { page: StatusPage; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [vouched, setVouched] = useState(false);
  const lines = linesOf(text);
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.raw<Report>('POST', `${own(page.id)}/subscribers/import`, text, 'text/csv', { query: { confirmed: vouched || undefined } }),
    onSuccess: () => Promise.all([keys.subscribers, keys.preview].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const report = send.data;
  return (
    <Dialog
      title="Import subscribers"
      width={600}
      sticky
      onClose={onClose}
      {...(report ? {} : { onSubmit: () => lines > 0 && send.mutate() })}
      footer={
        report ? (
          <Button variant="primary" onClick={onClose} data-autofocus>
            Done
          </Button>
        ) : (
          <>
            <Button variant="subtle" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" disabled={lines === 0} busy={send.isPending}>
              {lines === 0 ? 'Import' : `Import ${count(lines, 'line')}`}
            </Button>
          </>
        )
      }
    >
      {report ? (
        <>
          <Notice tone={report.refused.length > 0 ? 'warning' : 'success'}>
            {count(report.added, 'subscriber')} added, {report.already.toLocaleString()} there already, {count(report.refused.length, 'line')} refused.
          </Notice>
          {report.refused.length > 0 && (
            <ul className={css['refused']}>
              {report.refused.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </>
      ) : (
        <>
          <div className={css['file']}>
            <Button icon="attach" onClick={() => input.current?.click()}>
              Choose a CSV file…
            </Button>
            <span className={css['quiet']}>or paste it below</span>
            <input
              ref={input}
              type="file"
              accept=".csv,text/csv,text/plain"
              hidden
              aria-label="CSV file"
              onChange={(event) => {
                void event.currentTarget.files?.[0]?.text().then(setText);
              }}
            />
          </div>
          <TextAreaField label="CSV" rows={8} value={text} placeholder={'email,components\nana@example.com,\nben@example.com,'} hint="A column “email” or “endpoint”; “components” may hold identifiers. What this page exports can be imported." onChange={(event) => setText(event.currentTarget.value)} />
          <Checkbox label="All of them agreed already: do not ask them to confirm" checked={vouched} onChange={(event) => setVouched(event.currentTarget.checked)} />
          {!vouched && lines > 0 && <p className={css['quiet']}>{count(lines, 'address', 'addresses')} will get one mail that asks.</p>}
          {send.error && <ErrorState compact what="import the list" error={send.error} />}
        </>
      )}
    </Dialog>
  );
}
