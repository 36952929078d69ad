import { useMemo, type ReactElement } from 'react';
import type { Commit } from '../../api';
import { Avatar, exactText, Icon, useNow } from '../../kit';
import css from './TimeMachine.module.css';
import { byDay, commitKey, commitText, dayTitle } from './model';
import { iconOf, productNames, productOf } from './things';

const clockTime = (at: string) => new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

interface CommitsProps {
  commits: readonly Commit[];
  selected: Commit | undefined;
  onSelect: (commit: Commit) => void;
}

/** The commits of the site, by day, newest first. */
export function Commits({ commits, selected, onSelect }: CommitsProps): ReactElement {
  const now = useNow();
  const days = useMemo(() => byDay(commits), [commits]);
  return (
    <div>
      {days.map((day) => (
        <section key={day.start} className={css['day']}>
          <h2 className={css['dayTitle']}>
            {dayTitle(day.start, now)}
            <span>{day.commits.length === 1 ? '1 commit' : `${day.commits.length} commits`}</span>
          </h2>
          <ul>
            {day.commits.map((commit) => (
              <li key={commitKey(commit)}>
                <button
                  type="button"
                  id={`commit-${commitKey(commit)}`}
                  className={css['commit']}
                  aria-pressed={commit === selected}
                  onClick={() => onSelect(commit)}
                >
                  <time className={css['clock']} dateTime={commit.at} title={exactText(Date.parse(commit.at))}>
                    {clockTime(commit.at)}
                  </time>
                  <Avatar person={commit.actor} size={20} />
                  <Kind commit={commit} />
                  <span className={css['what']}>
                    <span className={css['line']}>
                      <b>{commit.actor.displayName}</b> {lowerFirst(commitText(commit))}
                    </span>
                    {commit.reason && <span className={css['reason']}>{commit.reason}</span>}
                  </span>
                  <span className={css['source']}>{commit.source}</span>
                  <span className={css['amount']} title="changed records">
                    {commit.changes.toLocaleString()}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** What sort of thing the commit touched first, by its mark; whose it is, by name. */
function Kind({ commit }: { commit: Commit }): ReactElement {
  const type = commit.summary[0]?.type ?? '';
  const product = productOf(type);
  return (
    <span className={css['kind']} title={product ? productNames[product] : undefined}>
      <Icon name={iconOf(type)} size={14} />
    </span>
  );
}
