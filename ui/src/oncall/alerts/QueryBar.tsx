import { useState, type FormEvent, type ReactElement, type RefObject } from 'react';
import { Button, FormDialog, IconButton, Popover, TextField } from '../../kit';
import { api } from '../../api';
import { fieldError, useChange } from '../act';
import { keys } from '../stale';
import css from './Alerts.module.css';

const examples: readonly [string, string][] = [
  ['status: open', 'what nobody has closed'],
  ['acknowledged: false', 'what nobody has taken'],
  ['priority: (P1 OR P2)', 'or priority > P3'],
  ['tag: database', 'one of its tags'],
  ['owner: ana@example.com', 'who has it'],
  ['team: Platform', 'whose it is'],
  ['details.region: eu-1', 'a detail by its key'],
  ['createdAt > now-2h', 'times, from now or as dates'],
  ['message: disk AND NOT source: staging', 'AND, OR, NOT and parentheses'],
];

interface QueryBarProps {
  query: string;
  onQuery: (query: string) => void;
  error: string | null;
  inputRef: RefObject<HTMLInputElement | null>;
}

export function QueryBar({ query, onQuery, error, inputRef }: QueryBarProps): ReactElement {
  const [text, setText] = useState(query);
  const [seen, setSeen] = useState(query);
  const [help, setHelp] = useState(false);
  const [saving, setSaving] = useState(false);
  if (seen !== query) {
    setSeen(query);
    setText(query);
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onQuery(text.trim());
  };
  return (
    <form className={css['bar']} onSubmit={submit} role="search">
      <span className={css['query']} data-invalid={error !== null || undefined}>
        <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
          <path d="M7 12.250a5.250 5.250 0 1 0 0-10.500 5.250 5.250 0 0 0 0 10.500ZM10.900 10.900l3.350 3.350" />
        </svg>
        <input
          ref={inputRef}
          aria-label="Query"
          aria-invalid={error !== null || undefined}
          aria-describedby={error ? 'query-error' : undefined}
          placeholder="Words, or a query: status: open AND priority: P1"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setText(query);
            event.currentTarget.blur();
          }}
        />
        {text !== query && <kbd className={css['enter']}>↵ to search</kbd>}
      </span>
      <Popover
        opened={help}
        onChange={setHelp}
        width={360}
        position="bottom-end"
        trigger={<IconButton icon="help" label="How to write a query" onClick={() => setHelp(!help)} />}
      >
        <dl className={css['help']}>
          {examples.map(([example, words]) => (
            <div key={example}>
              <dt>
                <button
                  type="button"
                  onClick={() => {
                    setHelp(false);
                    onQuery(example);
                  }}
                >
                  {example}
                </button>
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </Popover>
      <Button type="button" variant="subtle" icon="bookmark" disabled={error !== null || query === ''} onClick={() => setSaving(true)}>
        Save
      </Button>
      {error && (
        <p id="query-error" role="alert" className={css['queryError']}>
          {error}
        </p>
      )}
      {saving && <SaveSearch query={query} onClose={() => setSaving(false)} />}
    </form>
  );
}

function SaveSearch({ query, onClose }: { query: string; onClose: () => void }): ReactElement {
  const [name, setName] = useState('');
  const save = useChange(() => api.post('/v2/alerts/saved-searches', { name: name.trim(), query }), { stale: [keys.alerts], quiet: true, done: `Search “${name.trim()}” saved`, onDone: onClose });
  const said = fieldError(save.error, 'name');
  return (
    <FormDialog
      title="Save this search"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Save"
      busy={save.isPending}
      ready={name.trim() !== ''}
      what="save the search"
      error={said ? null : save.error}
    >
      <TextField label="Name" data-autofocus required value={name} error={said} onChange={(event) => setName(event.currentTarget.value)} hint="It appears at the left, for everybody." />
      <code className={css['code']}>{query}</code>
    </FormDialog>
  );
}
