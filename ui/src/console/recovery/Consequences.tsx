import type { ReactElement } from 'react';
import css from '../Console.module.css';
import type { Preview, SiteDiff } from '../wire';
import { many } from '../words';

/** What a restore brings back, changes and loses: counts first, then by type, then by name. */
export function Consequences({ preview, short = false }: { preview: Preview; short?: boolean }): ReactElement {
  const gone = preview.presence.filter((volume) => !volume.present);
  const lost = preview.lost_commits;
  return (
    <div className={css['consequences']}>
      <ul>
        {gone.map(({ kind }) => (
          <li key={kind}>
            <b>{kind}</b> comes back whole, with commit {(preview.volumes.find((volume) => volume.kind === kind)?.to_commit ?? 0).toLocaleString()}.
          </li>
        ))}
        {preview.removed > 0 && (
          <li data-tone="red">
            {many(preview.removed, 'thing')} made since then {preview.removed === 1 ? 'is' : 'are'} lost.
          </li>
        )}
        {preview.changed > 0 && (
          <li data-tone="amber">
            {many(preview.changed, 'thing')} {preview.changed === 1 ? 'goes back to how it was' : 'go back to how they were'}.
          </li>
        )}
        {preview.added > 0 && (
          <li data-tone="green">
            {many(preview.added, 'thing')} removed since then {preview.added === 1 ? 'comes' : 'come'} back.
          </li>
        )}
        {lost > 0 && <li>{many(lost, 'commit')} made since then, by anybody, no longer {lost === 1 ? 'shows' : 'show'}; an undo brings {lost === 1 ? 'it' : 'them'} back.</li>}
        {gone.length === 0 && lost === 0 && <li>Nothing changes: this is the present state.</li>}
        <li>It takes about {preview.seconds < 1 ? 'a second' : many(Math.ceil(preview.seconds), 'second')}.</li>
      </ul>
      {!short && <Difference diff={preview} words={{ added: 'comes back', changed: 'goes back', removed: 'is lost' }} heads={{ removed: 'Lost', changed: 'Goes back', added: 'Comes back' }} />}
    </div>
  );
}

type Ops = Record<'added' | 'changed' | 'removed', string>;
const tones: Ops = { added: 'green', changed: 'amber', removed: 'red' };

/** A difference by type, and by name. */
export function Difference({ diff, words, heads }: { diff: SiteDiff; words: Ops; heads: Ops }): ReactElement | null {
  if (diff.by_type.length === 0) return null;
  return (
    <>
      <div className={css['scroll']} tabIndex={0} role="region" aria-label="Counts by type">
        <table className={css['table']}>
          <thead>
            <tr>
              <th>Type</th>
              <th>{heads.removed}</th>
              <th>{heads.changed}</th>
              <th>{heads.added}</th>
            </tr>
          </thead>
          <tbody>
            {diff.by_type.map((type) => (
              <tr key={type.type}>
                <th scope="row">{type.type}</th>
                <td>{type.removed.toLocaleString()}</td>
                <td>{type.changed.toLocaleString()}</td>
                <td>{type.added.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details className={css['behind']}>
        <summary>{diff.more ? `The first ${diff.items.length.toLocaleString()} of ${diff.total.toLocaleString()} by name` : 'By name'}</summary>
        <ul className={css['rows']}>
          {diff.items.map((item, i) => (
            <li key={i}>
              <span className={css['state']} data-tone={tones[item.op]}>
                {words[item.op]}
              </span>
              <b className={css['wrap']}>
                {item.key} {item.title || item.id}
              </b>
              <span className={css['quiet']}>{item.type}</span>
              <span className={css['spring']} />
              <span className={css['quiet']}>{(item.fields ?? []).map((field) => field.field).slice(0, 4).join(', ')}</span>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
