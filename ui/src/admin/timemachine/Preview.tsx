import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import type { PreviewItem, RestorePreview } from '../../api';
import { Button, EmptyState, ErrorState, Icon, IconButton, RelativeTime, Skeleton, useSlow } from '../../kit';
import { fieldName, fieldValue, told } from './fields';
import css from './Preview.module.css';
import { itemsByType, type Target } from './model';
import { previewQuery } from './queries';
import { counted, iconOf, linkOf } from './things';

const signs = { add: '+', change: '~', remove: '−' } as const;
const words = { add: 'comes back', change: 'changes back', remove: 'disappears' } as const;

interface PreviewProps {
  target: Target;
  onClose: () => void;
  onRestore: (preview: RestorePreview) => void;
  /** Another restore runs; two at once are refused. */
  busy: boolean;
}

/** What going back would do to the present, before anything is done. */
export function Preview({ target, onClose, onRestore, busy }: PreviewProps): ReactElement {
  const preview = useQuery(previewQuery(target));
  return (
    <aside className={css['panel']} aria-label="What a restore would change">
      <header className={css['head']}>
        <div>
          <h2>If you went back</h2>
          {preview.data && (
            <p className={css['when']}>
              to <b>{new Date(preview.data.at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}</b> (
              <RelativeTime at={preview.data.at} />)
            </p>
          )}
        </div>
        <IconButton icon="close" label="Close the preview" size="s" onClick={onClose} />
      </header>
      {preview.isPending ? (
        <Loading />
      ) : preview.isError ? (
        <ErrorState what="work out the difference" error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <Difference preview={preview.data} onRestore={() => onRestore(preview.data)} busy={busy} />
      )}
    </aside>
  );
}

function Loading(): ReactElement | null {
  const slow = useSlow(true);
  if (!slow) return null;
  return (
    <div className={css['body']} role="status" aria-label="Working out the difference">
      <Skeleton height={64} />
      {[60, 80, 45, 70].map((width) => (
        <Skeleton key={width} width={`${width}%`} style={{ margin: '12px 0 0', display: 'block' }} />
      ))}
    </div>
  );
}

function Difference({ preview, onRestore, busy }: { preview: RestorePreview; onRestore: () => void; busy: boolean }): ReactElement {
  const total = preview.added + preview.changed + preview.removed;
  if (total === 0) {
    return (
      <EmptyState icon="check" title="Nothing would change">
        The site is in this very state already.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={css['body']}>
        <dl className={css['sums']}>
          <div data-op="add">
            <dt>come back</dt>
            <dd>+{preview.added.toLocaleString()}</dd>
          </div>
          <div data-op="change">
            <dt>change back</dt>
            <dd>~{preview.changed.toLocaleString()}</dd>
          </div>
          <div data-op="remove">
            <dt>disappear</dt>
            <dd>−{preview.removed.toLocaleString()}</dd>
          </div>
        </dl>
        {itemsByType(preview.items).map(([type, items]) => (
          <section key={type} className={css['type']}>
            <h3>
              <Icon name={iconOf(type)} size={14} />{' '}
              {counted(
                preview.byType.filter((t) => t.type === type).reduce((sum, t) => sum + t.added + t.changed + t.removed, 0) || items.length,
                type,
              )}
            </h3>
            <ul>
              {items.map((item) => (
                <Item key={`${item.op}:${item.id}`} item={item} />
              ))}
            </ul>
          </section>
        ))}
        {preview.truncated && <p className={css['note']}>The list is cut here; the numbers above count everything.</p>}
      </div>
      <footer className={css['foot']}>
        <Button variant="primary" icon="history" disabled={busy} onClick={onRestore}>
          Restore this state…
        </Button>
        <span className={css['note']}>{busy ? 'Another restore is running.' : 'Nothing happens yet.'}</span>
      </footer>
    </>
  );
}

function Item({ item }: { item: PreviewItem }): ReactElement {
  const fields = item.fields.filter(({ field }) => told(field));
  const [open, setOpen] = useState(false);
  const name = item.title || item.key || item.id;
  // What comes back is not there yet.
  const link = item.op === 'add' ? undefined : linkOf(item);
  const summary = (
    <>
      <span className={css['sign']} data-op={item.op} title={words[item.op]}>
        <span aria-hidden="true">{signs[item.op]}</span>
        <span className="visually-hidden">{words[item.op]}:</span>
      </span>
      {item.key && item.key !== name && <span className={css['key']}>{item.key}</span>}
      <span className={css['name']} data-op={item.op}>
        {name}
      </span>
      {fields.length > 0 && (
        <span className={css['fieldNames']}>
          {fields.length <= 2 ? fields.map((field) => fieldName(field.field)).join(', ') : `${fields.length} fields`}
        </span>
      )}
    </>
  );
  const visit = link && (
    <Link {...link} className={css['visit'] ?? ''} aria-label={`Go to ${name}`}>
      <Icon name="external" size={12} />
    </Link>
  );
  if (fields.length === 0) {
    return (
      <li className={css['row']}>
        <div className={css['item']}>{summary}</div>
        {visit}
      </li>
    );
  }
  return (
    <li className={css['row']}>
      <button type="button" className={css['item']} aria-expanded={open} onClick={() => setOpen(!open)}>
        {summary}
        <Icon name={open ? 'chevronDown' : 'chevronRight'} size={12} />
      </button>
      {visit}
      {open && (
        <dl className={css['fields']}>
          {fields.map((field) => (
            <div key={field.field}>
              <dt>{fieldName(field.field)}</dt>
              <dd>
                <Value text={fieldValue(field.field, field.from)} side="from" />
                <span className={css['arrow']} aria-label="becomes">
                  →
                </span>
                <Value text={fieldValue(field.field, field.to)} side="to" />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

function Value({ text, side }: { text: string; side: 'from' | 'to' }): ReactElement {
  if (text === '') return <span className={css['empty']}>empty</span>;
  return side === 'from' ? <del className={css['from']}>{text}</del> : <ins className={css['to']}>{text}</ins>;
}
