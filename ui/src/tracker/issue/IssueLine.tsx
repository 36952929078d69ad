import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { User } from '../../api';
import { Avatar, IssueTypeIcon, PriorityIcon, StatusLozenge } from '../../kit';
import css from './Issue.module.css';
import type { IssueRef } from './wire';

/** Another issue as one line: what it is, where it stands, who has it. */
export function IssueLine({ issue, children }: { issue: IssueRef; children?: ReactNode }): ReactElement {
  const { summary, status, issuetype, priority } = issue.fields;
  const assignee: User | null | undefined = issue.fields.assignee;
  return (
    <li className={css['line']} data-done={status.statusCategory.key === 'done'}>
      <Link to="/browse/$key" params={{ key: issue.key }} className={css['lineLink'] ?? ''}>
        <IssueTypeIcon name={issuetype.name} />
        <span className={css['lineKey']}>{issue.key}</span>
        <span className={css['lineSummary']}>{summary}</span>
      </Link>
      {priority && <PriorityIcon name={priority.name} />}
      <StatusLozenge name={status.name} category={status.statusCategory.key} />
      {assignee !== undefined && <Avatar person={assignee} named />}
      {children}
    </li>
  );
}
