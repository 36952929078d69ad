import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Icon } from '../../kit';
import { completions, insertAt, placeAt, quote, type Completion } from '../jql/complete';
import { tokenize } from '../jql/tokens';
import { autocompleteQuery, valueSuggestionsQuery } from '../queries';
import css from './JqlBar.module.css';

interface JqlBarProps {
  value: string;
  /** Runs the query. */
  onRun: (jql: string) => void;
  /** What the server said about the query that was run. */
  error: string | null;
  inputRef: React.RefObject<HTMLTextAreaElement | null>;
}

/** Position in an error of the JQL parser: "(line 1, character 12)". Counts from 1. */
export function errorPosition(message: string, jql: string): number | null {
  const found = /line (\d+), char(?:acter)? (\d+)/i.exec(message);
  if (!found) return null;
  const before = jql.split('\n').slice(0, Number(found[1]) - 1);
  const at = before.reduce((sum, line) => sum + line.length + 1, 0) + Number(found[2]) - 1;
  return at >= 0 && at <= jql.length ? at : null;
}

function useSuggestions(text: string, caret: number, open: boolean): { place: ReturnType<typeof placeAt>; options: Completion[] } {
  const place = useMemo(() => placeAt(text, caret), [text, caret]);
  const { data } = useQuery({ ...autocompleteQuery, enabled: open });
  const wantsValues = open && place.wanted === 'value' && place.field !== '';
  const { data: values } = useQuery({ ...valueSuggestionsQuery(place.field, place.prefix), enabled: wantsValues });
  const options = useMemo(() => {
    if (!data) return [];
    const own = completions(place, data);
    if (place.wanted !== 'value') return own;
    const fromServer = (values ?? []).map((v) => {
      const label = v.displayName.replace(/<\/?b>/g, '');
      return { label, insert: /^".*"$/.test(v.value) ? v.value : quote(v.value) };
    });
    return [...fromServer, ...own].slice(0, 14);
  }, [data, place, values]);
  return { place, options };
}

/** The query as text: coloured, completed as it is typed, run by Enter. */
export function JqlBar({ value, onRun, error, inputRef }: JqlBarProps): ReactElement {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const layer = useRef<HTMLDivElement>(null);
  const id = useId();
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  const { place, options } = useSuggestions(text, caret, open);
  const shown = open && options.length > 0;
  const failedAt = error !== null && text === value ? errorPosition(error, text) : null;

  useEffect(() => {
    const input = inputRef.current;
    if (!input) return;
    input.style.height = '0';
    input.style.height = `${input.scrollHeight}px`;
  }, [text, inputRef]);

  const choose = (option: Completion) => {
    const next = insertAt(text, place, option.insert);
    setText(next.text);
    setCaret(next.caret);
    setActive(-1);
    requestAnimationFrame(() => inputRef.current?.setSelectionRange(next.caret, next.caret));
  };
  const run = () => {
    setOpen(false);
    onRun(text.trim());
  };
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const option = options[active];
    if (event.key === 'ArrowDown' && shown) setActive((active + 1) % options.length);
    else if (event.key === 'ArrowUp' && shown) setActive((active - 1 + options.length) % options.length);
    else if ((event.key === 'Tab' || event.key === 'Enter') && shown && option) choose(option);
    else if (event.key === 'Tab' && shown && place.prefix !== '' && options[0]) choose(options[0]);
    else if (event.key === 'Enter') run();
    else if (event.key === 'Escape' && shown) setOpen(false);
    else if (event.key === 'Escape') event.currentTarget.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const follow = () => setCaret(inputRef.current?.selectionStart ?? 0);

  return (
    <div className={css['bar']}>
      <div className={css['box']} data-error={error !== null && text === value}>
        <Icon name="search" className={css['glass']} />
        <div className={css['editor']}>
          <div ref={layer} className={css['paint']} aria-hidden="true">
            {tokenize(text).map((token) => (
              <span key={token.start} data-kind={token.kind} data-failed={failedAt !== null && failedAt >= token.start && failedAt < token.end}>
                {token.text}
              </span>
            ))}
            {failedAt === text.length && <span data-failed="true"> </span>}
            {'\u200b'}
          </div>
          <textarea
            ref={inputRef}
            className={css['input']}
            rows={1}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            aria-label="JQL query"
            aria-invalid={error !== null || undefined}
            aria-describedby={error !== null ? `${id}-error` : undefined}
            aria-controls={shown ? `${id}-list` : undefined}
            aria-autocomplete="list"
            aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
            placeholder="Every issue. Try: assignee = currentUser() AND status != Done"
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value.replace(/\n/g, ' '));
              setCaret(event.currentTarget.selectionStart);
              setActive(-1);
              setOpen(true);
            }}
            onKeyDown={keyDown}
            onKeyUp={follow}
            onClick={follow}
            onFocus={() => {
              setOpen(true);
              follow();
            }}
            onBlur={() => setOpen(false)}
          />
        </div>
      </div>
      {shown && (
        <ul id={`${id}-list`} role="listbox" aria-label="Completions" className={css['list']}>
          {options.map((option, i) => (
            <li
              key={`${option.label}:${option.insert}`}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === active}
              className={css['option']}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(option);
              }}
            >
              <span>{option.label}</span>
              {option.note && <small>{option.note}</small>}
            </li>
          ))}
        </ul>
      )}
      {error !== null && text === value && (
        <p id={`${id}-error`} role="alert" className={css['error']}>
          {error}
        </p>
      )}
    </div>
  );
}
