import type { ReactElement } from 'react';
import { IconButton } from '../../kit';
import { PriorityMark, priorityWord } from '../parts/marks';
import type { Counts, SavedSearch } from '../wire';
import css from './Alerts.module.css';
import { priorityShelves, sameQuery, shelves, type Shelf } from './model';

interface ShelvesProps {
  counts: Counts | undefined;
  searches: readonly SavedSearch[];
  query: string;
  onQuery: (query: string) => void;
  onDelete: (search: SavedSearch) => void;
}

function Entry({ shelf, query, onQuery }: { shelf: Shelf; query: string; onQuery: (query: string) => void }): ReactElement {
  return (
    <li>
      <button type="button" className={css['shelf']} aria-current={sameQuery(shelf.query, query) || undefined} onClick={() => onQuery(shelf.query)}>
        {shelf.priority ? (
          <>
            <PriorityMark priority={shelf.priority} /> <span className={css['shelfName']}>{priorityWord(shelf.priority)}</span>
          </>
        ) : (
          <span className={css['shelfName']}>{shelf.label}</span>
        )}
        {shelf.count !== undefined && <span className={css['shelfCount']}>{shelf.count.toLocaleString()}</span>}
      </button>
    </li>
  );
}

/** At the left: what there is, by state and priority, and the searches that were kept. */
export function Shelves({ counts, searches, query, onQuery, onDelete }: ShelvesProps): ReactElement {
  return (
    <nav aria-label="Saved searches" className={css['shelves']}>
      <ul>
        {shelves(counts).map((shelf) => (
          <Entry key={shelf.label} shelf={shelf} query={query} onQuery={onQuery} />
        ))}
      </ul>
      <h2 className={css['shelfHead']}>Open by priority</h2>
      <ul>
        {priorityShelves(counts).map((shelf) => (
          <Entry key={shelf.label} shelf={shelf} query={query} onQuery={onQuery} />
        ))}
      </ul>
      {searches.length > 0 && (
        <>
          <h2 className={css['shelfHead']}>Saved searches</h2>
          <ul>
            {searches.map((search) => (
              <li key={search.id} className={css['saved']}>
                <button type="button" className={css['shelf']} title={search.query} aria-current={sameQuery(search.query, query) || undefined} onClick={() => onQuery(search.query)}>
                  <span className={css['shelfName']}>{search.name}</span>
                </button>
                <IconButton icon="trash" size="s" label={`Delete the search ${search.name}`} onClick={() => onDelete(search)} />
              </li>
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}
