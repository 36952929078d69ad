import { useState, type ReactElement } from 'react';
import { Link } from '@tanstack/react-router';
import type { Status, User } from '../../api';
import { Button, Icon, IssueTypeIcon, Picker, RelativeTime, StatusMark, useNow } from '../../kit';
import { useIssue } from './context';
import { useTransition } from './edit';
import { ChoiceValue, FieldValue, LabelsValue, Person, PersonValue, Row, TypedValue, useOpened, Value, None } from './fields';
import { IssuePicker } from './IssuePicker';
import { isEmptyValue, isOverdue, otherFields } from './model';
import css from './Properties.module.css';
import { Tracking } from './Tracking';
import type { IssueRef } from './wire';

/** The narrow column: every property reads like text and opens on a click or a key. */
export function Properties(): ReactElement {
  const { issue, meta, mode, active, setActive } = useIssue();
  const [all, setAll] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  // A key may open a field that is folded away.
  const open = unfolded || (active !== null && !inSight.has(active));
  const fields = issue.fields;
  const now = useNow();
  const { plain: others, rich } = otherFields(issue.editmeta?.fields ?? {});
  const unwritten = rich.filter(([id, known]) => isEmptyValue(fields[id]) && !known.required);
  const filled = others.filter(([id]) => !isEmptyValue(fields[id]));
  const empty = others.filter(([id]) => isEmptyValue(fields[id]));
  const hidden = empty.length + unwritten.length;
  const assignee = meta('assignee');
  const reporter = meta('reporter');
  const priority = meta('priority');
  const labels = meta('labels');
  const due = meta('duedate');
  return (
    <div data-mode={mode}>
      <StatusLine />
      <dl className={css['list']}>
        <Row name="Assignee">{assignee ? <PersonValue field="assignee" meta={assignee} value={fields.assignee} keys="a" /> : <Person user={fields.assignee} />}</Row>
        <Row name="Reporter">{reporter ? <PersonValue field="reporter" meta={{ ...reporter, required: true }} value={fields.reporter} /> : <Person user={fields.reporter} />}</Row>
        {priority && (
          <Row name="Priority">
            <ChoiceValue field="priority" meta={priority} value={fields.priority} />
          </Row>
        )}
      </dl>
      <button type="button" className={css['unfold']} aria-expanded={open} onClick={() => setUnfolded(!open)}>
        <Icon name="chevronRight" size={12} /> {open ? 'Fewer properties' : 'All properties'}
      </button>
      <div className={css['rest']} data-open={open}>
      <dl className={css['list']}>
        {labels && (
          <Row name="Labels">
            <LabelsValue field="labels" meta={labels} value={fields.labels} keys="l" />
          </Row>
        )}
        <ParentRow />
        {(['components', 'fixVersions', 'versions'] as const).map((field) => {
          const known = meta(field);
          const useful = known && ((known.allowedValues?.length ?? 0) > 0 || !isEmptyValue(fields[field]));
          return (
            useful && (
              <Row key={field} name={known.name}>
                <ChoiceValue multiple field={field} meta={known} value={fields[field]} />
              </Row>
            )
          );
        })}
        {due && (
          <Row name="Due date">
            <TypedValue field="duedate" meta={due} value={fields.duedate} tone={isOverdue(fields.duedate, issue, now) ? 'late' : undefined} />
          </Row>
        )}
        {meta('timetracking') && (
          <Row name="Time">
            <Tracking />
          </Row>
        )}
        {[...filled, ...(all ? empty : [])].map(([id, known]) => (
          <Row key={id} name={known.name}>
            <FieldValue field={id} meta={known} value={fields[id]} />
          </Row>
        ))}
        {all &&
          unwritten.map(([id, known]) => (
            <Row key={id} name={known.name}>
              <Value name={known.name} words="none" onClick={() => setActive(id)}>
                <None />
              </Value>
            </Row>
          ))}
      </dl>
      {hidden > 0 && (
        <Button variant="subtle" size="s" className={css['more'] ?? ''} icon={all ? 'chevronUp' : 'chevronDown'} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Hide empty fields' : `${hidden} more ${hidden === 1 ? 'field' : 'fields'}`}
        </Button>
      )}
      <Times />
      </div>
    </div>
  );
}

/** Always in sight, or not in this column. */
const inSight = new Set(['assignee', 'reporter', 'priority', 'status', 'summary', 'description', 'comment', 'issuetype', 'child', 'link', 'attach', 'worklog']);

function StatusLine(): ReactElement {
  const { issue, issueKey } = useIssue();
  const [opened, setOpened] = useOpened('status');
  const transition = useTransition(issueKey);
  const { status, resolution } = issue.fields;
  const transitions = (issue.transitions ?? []).filter((each) => each.to.id !== status.id);
  const category = status.statusCategory.key;
  const words = (to: Status, name: string) => (to.name.toLowerCase() === name.toLowerCase() ? undefined : name);
  return (
    <div className={css['status']}>
      {transitions.length === 0 ? (
        <span className={css['statusButton']} data-category={category}>
          <StatusMark category={category} /> {status.name}
        </span>
      ) : (
        <Picker
          opened={opened}
          onOpenedChange={setOpened}
          placeholder="Change the status"
          options={transitions.map(({ id, name, to }) => ({ value: id, label: to.name, note: words(to, name), mark: <StatusMark category={to.statusCategory.key} /> }))}
          selected={[]}
          onPick={(id) => {
            const chosen = transitions.find((each) => each.id === id);
            if (chosen) void transition(chosen);
          }}
          trigger={({ open, opened: isOpen }) => (
            <button type="button" className={css['statusButton']} data-category={category} aria-label={`Status: ${status.name}`} aria-expanded={isOpen} title="Change the status (s)" onClick={open}>
              <StatusMark category={category} />
              <span className={css['clip']}>{status.name}</span>
              <Icon name="chevronDown" size={12} />
            </button>
          )}
        />
      )}
      {resolution && resolution.name.toLowerCase() !== status.name.toLowerCase() && <span className={css['resolution']}>{resolution.name}</span>}
    </div>
  );
}

function ParentRow(): ReactElement | null {
  const { issue, meta, edit } = useIssue();
  const [opened, setOpened] = useOpened('parent');
  const parent = issue.fields.parent as (IssueRef & { fields: { issuetype?: { name: string } } }) | null | undefined;
  const known = meta('parent');
  if (!known && !parent) return null;
  const shown = parent && (
    <Link to="/browse/$key" params={{ key: parent.key }} className={css['ref'] ?? ''}>
      {parent.fields.issuetype && <IssueTypeIcon name={parent.fields.issuetype.name} />}
      <span className={css['clip']}>
        {parent.key} {parent.fields.summary}
      </span>
    </Link>
  );
  return (
    <Row name="Parent">
      {shown && <div className={css['fixed']}>{shown}</div>}
      {known && (
        <IssuePicker
          opened={opened}
          onOpenedChange={setOpened}
          exclude={[issue.key]}
          clearable={parent !== null && parent !== undefined && !issue.fields.issuetype.subtask}
          placeholder="Find the parent"
          onPick={(found) => void edit({ field: 'parent', name: 'Parent', value: found ? { key: found.key } : null, shown: found ? { id: found.id, key: found.key, fields: { summary: found.summary, issuetype: found.type } } : null })}
          trigger={({ open, opened: isOpen }) => (
            <Value name="Parent" words={parent ? `${parent.key}. Change` : 'none'} aria-expanded={isOpen} onClick={open}>
              {parent ? <span className={css['quiet']}>Change…</span> : <None />}
            </Value>
          )}
        />
      )}
    </Row>
  );
}

function Times(): ReactElement {
  const { fields } = useIssue().issue;
  const creator = fields['creator'] as User | null | undefined;
  return (
    <div className={css['times']}>
      {fields.created && (
        <span>
          Created <RelativeTime at={fields.created} />
          {creator && creator.accountId !== fields.reporter?.accountId && ` by ${creator.displayName}`}
        </span>
      )}
      {fields.updated && (
        <span>
          Updated <RelativeTime at={fields.updated} />
        </span>
      )}
      {fields.resolutiondate && (
        <span>
          Resolved <RelativeTime at={fields.resolutiondate} />
        </span>
      )}
    </div>
  );
}
