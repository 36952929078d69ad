import { useEffect, type ReactElement } from 'react';
import { useLocal } from '../../api';
import { Tabs } from '../../kit';
import { Comments } from './Comments';
import { useIssue } from './context';
import { History } from './History';
import css from './Issue.module.css';
import { WorkLog } from './WorkLog';

type Tab = 'comments' | 'history' | 'worklog';

const tabs = [
  { value: 'comments', label: 'Comments' },
  { value: 'history', label: 'History' },
  { value: 'worklog', label: 'Work log' },
] as const;

/** What was said, changed and worked. Wishing to comment or to log work leads to the tab for it. */
export function Activity(): ReactElement {
  const { active } = useIssue();
  const [chosen, setChosen] = useLocal<Tab>('issue-activity', 'comments');
  const wanted: Tab | null = active === 'comment' ? 'comments' : active === 'worklog' ? 'worklog' : null;
  const tab = wanted ?? chosen;
  // Whoever has written a comment wants to see it stand there.
  useEffect(() => {
    if (wanted) setChosen(wanted);
  }, [wanted, setChosen]);
  return (
    <section className={css['activity']} aria-label="Activity">
      <Tabs label="Activity" tabs={tabs} value={tab} onChange={setChosen} />
      {tab === 'comments' && <Comments />}
      {tab === 'history' && <History />}
      {tab === 'worklog' && <WorkLog />}
    </section>
  );
}
