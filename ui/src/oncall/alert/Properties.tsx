import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { Avatar, Icon, Picker, RelativeTime } from '../../kit';
import { StateBadge } from '../alerts/StateBadge';
import { actOnAlert, useChange } from '../act';
import { usePeople } from '../people';
import { Badge, PriorityMark, priorityWord, Tag, Who } from '../parts/marks';
import { kindWords } from '../parts/targets';
import { segment } from '../queries';
import { keys } from '../stale';
import { priorities, type AlertView } from '../wire';
import css from './Alert.module.css';
import { spanText } from './model';

function Line({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className={css['property']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** At the right: what is known of the alert, editable where it stands. */
export function Properties({ view, onAddResponder }: { view: AlertView; onAddResponder: () => void }): ReactElement {
  const { alert, responders } = view;
  const { all, person } = usePeople();
  const stale = [keys.alerts, keys.anyAlert];
  const priority = useChange((next: string) => actOnAlert(alert.id, 'priority', { priority: next }, 'PUT'), { stale });
  const owner = useChange((id: string) => actOnAlert(alert.id, 'assign', { owner: { id } }), { stale });
  const addTag = useChange((tag: string) => actOnAlert(alert.id, 'tags', { tags: [tag] }), { stale });
  const dropTag = useChange((tag: string) => actOnAlert(alert.id, `tags?tags=${segment(tag)}`, undefined, 'DELETE'), { stale });
  const ownerId = all.find(({ username }) => username === alert.owner)?.id ?? '';
  const { report } = alert;
  return (
    <aside className={css['properties']} aria-label="Properties">
      <dl>
        <Line name="Status">
          <StateBadge alert={alert} />
        </Line>
        {alert.snoozed && alert.snoozedUntil && (
          <Line name="Snoozed until">
            <RelativeTime at={alert.snoozedUntil} />
          </Line>
        )}
        <Line name="Priority">
          <Picker
            placeholder="Priority"
            width={220}
            selected={[alert.priority]}
            options={priorities.map((each) => ({ value: each, label: priorityWord(each), mark: <PriorityMark priority={each} /> }))}
            onPick={(next) => next !== alert.priority && priority.mutate(next)}
            trigger={({ open }) => (
              <button type="button" className={css['value']} onClick={open}>
                <span className="visually-hidden">Priority: </span>
                <PriorityMark priority={alert.priority} long />
              </button>
            )}
          />
        </Line>
        <Line name="Owner">
          <Picker
            placeholder="Owner"
            width={300}
            selected={[ownerId]}
            options={all.map((user) => ({ value: user.id, label: user.fullName || user.username, note: user.username, mark: <Avatar person={person(user.id)} /> }))}
            onPick={(id) => owner.mutate(id)}
            trigger={({ open }) => (
              <button type="button" className={css['value']} onClick={open}>
                <span className="visually-hidden">Owner: </span>
                {alert.owner ? <Who word={alert.owner} /> : <span className={css['none']}>nobody</span>}
              </button>
            )}
          />
        </Line>
        <Line name="Responders">
          <ul className={css['stack']}>
            {responders.map((responder) => (
              <li key={`${responder.type}:${responder.id}`}>
                {responder.type === 'user' ? (
                  <Who word={responder.id} />
                ) : responder.type === 'team' ? (
                  <Link to="/oncall/teams/$id" params={{ id: responder.id }}>
                    {responder.name || responder.id}
                  </Link>
                ) : (
                  <>
                    {responder.name || responder.id} <span className={css['fine']}>{kindWords[responder.type]}</span>
                  </>
                )}
              </li>
            ))}
            <li>
              <button type="button" className={css['add']} onClick={onAddResponder}>
                <Icon name="plus" size={12} /> Add a responder
              </button>
            </li>
          </ul>
        </Line>
        <Line name="Tags">
          <Picker
            multiple
            placeholder="Tags"
            options={alert.tags.map((tag) => ({ value: tag, label: tag }))}
            selected={alert.tags}
            onPick={(tag) => dropTag.mutate(tag)}
            onCreate={(tag) => addTag.mutate(tag)}
            trigger={({ open }) => (
              <button type="button" className={css['value']} onClick={open}>
                <span className="visually-hidden">Tags: </span>
                {alert.tags.length === 0 ? <span className={css['none']}>none</span> : alert.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}
              </button>
            )}
          />
        </Line>
        <Line name="Occurred">
          {alert.count === 1 ? 'once' : <Badge>{`${alert.count.toLocaleString()} times`}</Badge>}
        </Line>
        <Line name="Last">
          <RelativeTime at={alert.lastOccurredAt} />
        </Line>
        <Line name="Created">
          <RelativeTime at={alert.createdAt} />
        </Line>
        {report?.acknowledgedBy && (
          <Line name="Acknowledged">
            <Who word={report.acknowledgedBy} /> {report.ackTime !== undefined && <span className={css['fine']}>after {spanText(report.ackTime)}</span>}
          </Line>
        )}
        {report?.closedBy && (
          <Line name="Closed">
            <Who word={report.closedBy} /> {report.closeTime !== undefined && <span className={css['fine']}>after {spanText(report.closeTime)}</span>}
          </Line>
        )}
        {alert.integration && (
          <Line name="Integration">
            <Link to="/oncall/integrations/$id" params={{ id: alert.integration.id }}>
              {alert.integration.name}
            </Link>
          </Line>
        )}
        <Line name="Source">{alert.source || <span className={css['none']}>unknown</span>}</Line>
        {alert.entity && <Line name="Entity">{alert.entity}</Line>}
        <Line name="Alias">
          <code className={css['mono']}>{alert.alias}</code>
        </Line>
      </dl>
    </aside>
  );
}
