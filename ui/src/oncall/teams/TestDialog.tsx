import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Dialog, ErrorState, Icon, SelectField, TextAreaField, TextField } from '../../kit';
import { usePeople } from '../people';
import { priorityWord } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { rest, segment } from '../queries';
import { priorities, type RoutingTest } from '../wire';
import { minutesText } from './model';
import css from './Teams.module.css';

/** "key: value" a line, as details. */
function detailsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split(/[:=](.*)/s))
      .filter(([key]) => (key ?? '').trim() !== '')
      .map(([key = '', value = '']) => [key.trim(), value.trim()]),
  );
}

/** What would happen to an alert, without telling anybody. */
export function TestDialog({ team, onClose }: { team: string; onClose: () => void }): ReactElement {
  const [message, setMessage] = useState('Disk is almost full on db-7');
  const [priority, setPriority] = useState('P2');
  const [tags, setTags] = useState('');
  const [details, setDetails] = useState('');
  const [source, setSource] = useState('');
  const [at, setAt] = useState('');
  const test = useMutation({
    mutationFn: () =>
      api
        .post<{ data: RoutingTest }>(`${rest}/teams/${segment(team)}/test`, {
          message,
          priority,
          tags: tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== ''),
          details: detailsOf(details),
          source,
          ...(at ? { at: new Date(at).toISOString() } : {}),
        })
        .then(({ data }) => data),
    meta: { quiet: true },
  });
  return (
    <Dialog
      title="Test with a sample alert"
      width={640}
      onClose={onClose}
      onSubmit={() => test.mutate()}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" variant="primary" icon="play" busy={test.isPending}>
            See what would happen
          </Button>
        </>
      }
    >
      <TextField label="Message" data-autofocus value={message} onChange={(event) => setMessage(event.currentTarget.value)} />
      <div className={parts['two']}>
        <SelectField label="Priority" value={priority} onChange={setPriority} options={priorities.map((each) => ({ value: each, label: `${each} ${priorityWord(each)}` }))} />
        <TextField label="Tags" optional placeholder="prod, database" value={tags} onChange={(event) => setTags(event.currentTarget.value)} />
        <TextField label="Source" optional value={source} onChange={(event) => setSource(event.currentTarget.value)} />
        <TextField label="At" optional type="datetime-local" value={at} hint="Now, when it is left empty." onChange={(event) => setAt(event.currentTarget.value)} />
      </div>
      <TextAreaField label="Details" optional rows={2} placeholder="env: staging" value={details} onChange={(event) => setDetails(event.currentTarget.value)} />
      {test.error && <ErrorState compact what="test the rules" error={test.error} />}
      {test.data && <Result result={test.data} />}
    </Dialog>
  );
}

function Result({ result }: { result: RoutingTest }): ReactElement {
  const { person } = usePeople();
  const silent = result.notify?.type === 'none';
  const passed = result.why.filter((why) => !why.endsWith(': fits'));
  return (
    <div className={css['result']} role="status">
      {passed.length > 0 && (
        <ul className={css['passed']}>
          {passed.map((why, i) => (
            <li key={i}>
              <Icon name="close" size={12} /> {why}
            </li>
          ))}
        </ul>
      )}
      <p className={css['taken']}>
        <Icon name="check" />{' '}
        <span>
          {result.rule ? (
            <>
              <b>{result.rule.name || 'Rule'}</b> takes it
              {silent ? ': the alert is kept and nobody is told.' : ` and leads to ${result.notify?.name ?? 'nobody'}.`}
            </>
          ) : (
            'No rule fits.'
          )}
        </span>
      </p>
      {!silent && (
        <ol className={css['stages']}>
          {result.steps.map((step, i) => (
            <li key={i}>
              <span className={css['when']}>{step.afterMinutes === 0 ? 'at once' : minutesText(step.afterMinutes)}</span>
              <span>
                {step.people.length === 0 ? <b className={css['alarm']}>nobody</b> : <b>{step.people.map((name) => person(name).displayName).join(', ')}</b>}
                <span className={parts['fine']}>{step.text}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
