import type { ReactElement } from 'react';
import css from '../Console.module.css';
import type { Preview } from '../wire';
import { many } from '../words';

const words = { add: 'comes back', change: 'goes back', remove: 'is lost' };

/** What a restore brings back, changes and loses: counts first, then by type, then by name. */
export function Consequences({ preview, short = false }: { preview: Preview; short?: boolean }): ReactElement {
  const gone = preview.volumes.filter((volume) => !volume.present);
  const lost = preview.volumes.reduce((sum, volume) => sum + volume.lost_commits, 0);
  return (
    <div className={css['consequences']}>
      <ul>
        {gone.map((volume) => (
          <li key={volume.kind}>
            <b>{volume.kind}</b> comes back whole, with commit {volume.commit.toLocaleString()}
            {volume.at && ` of ${new Date(volume.at).toLocaleString()}`}
            {volume.lost_commits > 0 ? `; ${many(volume.lost_commits, 'commit')} after it no longer show` : ''}.
          </li>
        ))}
        {preview.removed > 0 && <li data-tone="red">{many(preview.removed, 'thing')} made since then {preview.removed === 1 ? 'is' : 'are'} lost.</li>}
        {preview.changed > 0 && <li data-tone="amber">{many(preview.changed, 'thing')} {preview.changed === 1 ? 'goes' : 'go'} back to how {preview.changed === 1 ? 'it was' : 'they were'}.</li>}
        {preview.added > 0 && <li data-tone="green">{many(preview.added, 'thing')} removed since then {preview.added === 1 ? 'comes' : 'come'} back.</li>}
        {lost > 0 && <li>{many(lost, 'commit')} made since then, by anybody, no longer show.</li>}
        {gone.length === 0 && lost === 0 && <li>Nothing changes: this is the present state.</li>}
      </ul>
      {!short && preview.byType.length > 0 && (
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Counts by type">
          <table className={css['table']}>
            <thead>
              <tr>
                <th>Type</th>
                <th>Lost</th>
                <th>Goes back</th>
                <th>Comes back</th>
              </tr>
            </thead>
            <tbody>
              {preview.byType.map((type) => (
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
      )}
      {!short && preview.items.length > 0 && (
        <details className={css['behind']}>
          <summary>{preview.truncated ? `The first ${preview.items.length} by name` : 'By name'}</summary>
          <ul className={css['rows']}>
            {preview.items.map((item, i) => (
              <li key={i}>
                <span className={css['state']} data-tone={{ add: 'green', change: 'amber', remove: 'red' }[item.op]}>
                  {words[item.op]}
                </span>
                <b className={css['wrap']}>
                  {item.key} {item.title || item.id}
                </b>
                <span className={css['quiet']}>{item.type}</span>
                <span className={css['spring']} />
                <span className={css['quiet']}>{item.fields.map((field) => field.field).slice(0, 4).join(', ')}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
