import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useIssue } from './context';
import css from './Issue.module.css';

/** The title of the issue: text at rest, a field when it is clicked. */
export function Summary(): ReactElement {
  const { issue, meta, active, setActive } = useIssue();
  const editable = meta('summary') !== undefined;
  if (active === 'summary' && editable) return <SummaryField />;
  return (
    <h1 className={css['summary']}>
      {editable ? (
        <button type="button" title="Edit the summary" onClick={() => setActive('summary')}>
          {issue.fields.summary}
        </button>
      ) : (
        issue.fields.summary
      )}
    </h1>
  );
}

function SummaryField(): ReactElement {
  const { issue, edit, setActive } = useIssue();
  const [typed, setTyped] = useState(issue.fields.summary);
  const field = useRef<HTMLTextAreaElement>(null);
  const done = useRef(false);
  useEffect(() => {
    field.current?.select();
  }, []);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [typed]);
  const save = () => {
    if (done.current) return;
    done.current = true;
    setActive(null);
    const summary = typed.replace(/\s+/g, ' ').trim();
    if (summary !== '' && summary !== issue.fields.summary) void edit({ field: 'summary', name: 'Summary', value: summary });
  };
  return (
    <h1 className={css['summary']}>
      <textarea
        ref={field}
        autoFocus
        rows={1}
        aria-label="Summary"
        maxLength={255}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value.replaceAll('\n', ' '))}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') {
            done.current = true;
            setActive(null);
          } else if (event.key === 'Enter') save();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    </h1>
  );
}
