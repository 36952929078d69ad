import { useState, type ReactElement } from 'react';
import { readLocal, useLocal, writeLocal, type AdfDoc } from '../../api';
import { isEmptyDoc, preloadEditor, RichTextEditor, RichTextView, resolveCard } from '../../editor';
import { Button, Notice } from '../../kit';
import { useSignedIn } from '../../shell';
import { useIssue, type RichValue } from './context';
import css from './Issue.module.css';
import { searchPeople } from './people';

interface RichFieldProps {
  field: string;
  name: string;
  /** Shown while the field is empty; clicking it begins to write. */
  invitation: string;
}

interface Kept {
  /** What the field said when the writing began. */
  base: string;
  doc: AdfDoc | null;
}

const same = (doc: RichValue | undefined): string => JSON.stringify(doc ?? null);

/** A field of rich text: read at rest, written in place. What is half written is kept until it is saved or thrown away. */
export function RichField({ field, name, invitation }: RichFieldProps): ReactElement {
  const { issue, issueKey, meta, active, setActive, findMedia, preview, edit } = useIssue();
  const { account } = useSignedIn();
  const value = (issue.fields[field] ?? null) as RichValue;
  const editable = meta(field) !== undefined;
  const slot = `field.${account.accountId}.${issueKey}.${field}`;
  const [kept, setKept] = useLocal<Kept | null | undefined>(slot, null);

  if (active === field && editable) return <Writing field={field} name={name} slot={slot} value={value} />;
  const onTask = editable
    ? (localId: string, done: boolean) => {
        const next = withTask(value, localId, done);
        if (next) void edit({ field, name, value: next, quiet: true });
      }
    : undefined;
  return (
    <div className={css['rich']}>
      {isEmptyDoc(value) ? (
        editable && (
          <button type="button" className={css['invitation']} onPointerEnter={preloadEditor} onFocus={preloadEditor} onClick={() => setActive(field)}>
            {invitation}
          </button>
        )
      ) : (
        <div
          className={css['richRest']}
          data-editable={editable}
          onPointerEnter={preloadEditor}
          onClick={(event) => {
            const on = event.target instanceof Element ? event.target : null;
            // Links, pictures and boxes do their own; whoever chooses words wants to copy them.
            if (!editable || on?.closest('a, button, input, summary') || !window.getSelection()?.isCollapsed) return;
            setActive(field);
          }}
        >
          <RichTextView doc={value} media={findMedia} onOpenMedia={preview} onTask={onTask} accountId={account.accountId} resolveCard={resolveCard} />
        </div>
      )}
      {kept && editable && (
        <div className={css['draft']}>
          <span>You have not saved what you wrote here.</span>
          <Button size="s" variant="subtle" onClick={() => setActive(field)}>
            Continue
          </Button>
          <Button
            size="s"
            variant="subtle"
            onClick={() => setKept(undefined)}
          >
            Discard
          </Button>
        </div>
      )}
    </div>
  );
}

function Writing({ field, name, slot, value }: { field: string; name: string; slot: string; value: RichValue }): ReactElement {
  const { edit, setActive, findMedia, upload } = useIssue();
  const [start] = useState<Kept>(() => readLocal<Kept | null>(slot, null) ?? { base: same(value), doc: value });
  const [doc, setDoc] = useState<AdfDoc | null>(start.doc);
  // Somebody else saved meanwhile. What is being written here is not touched; saving would replace theirs.
  const overtaken = same(value) !== start.base;
  const change = (next: AdfDoc | null) => {
    setDoc(next);
    writeLocal(slot, same(next) === start.base ? undefined : ({ base: start.base, doc: next } satisfies Kept));
  };
  const save = async () => {
    setActive(null);
    if (same(doc) === same(value)) return writeLocal(slot, undefined);
    const saved = await edit({ field, name, value: doc, shown: doc });
    if (saved) writeLocal(slot, undefined);
    else setActive(field);
  };
  return (
    <div className={css['rich']}>
      {overtaken && (
        <Notice tone="warning">
          Somebody changed this while you were writing. Saving replaces it with yours; the former text stays in the history.
        </Notice>
      )}
      <RichTextEditor
        autoFocus
        label={name}
        value={start.doc}
        onChange={change}
        placeholder={`Write the ${name.toLowerCase()}, or / for more…`}
        mentionSearch={searchPeople}
        media={findMedia}
        resolveCard={resolveCard}
        onUpload={async (file) => {
          const [sent] = await upload([file]);
          if (!sent) throw new Error('The server did not say what became of the file.');
          return sent;
        }}
        onSubmit={() => void save()}
        onCancel={() => setActive(null)}
      />
    </div>
  );
}

/** The document with one task ticked or not; null when the task is not in it. */
function withTask(doc: RichValue, localId: string, done: boolean): AdfDoc | null {
  let found = false;
  const walk = <T extends { type: string; attrs?: Record<string, unknown>; content?: AdfDoc['content'] }>(node: T): T => {
    if (node.type.endsWith('askItem') && node.attrs?.['localId'] === localId) {
      found = true;
      return { ...node, attrs: { ...node.attrs, state: done ? 'DONE' : 'TODO' } };
    }
    return node.content ? { ...node, content: node.content.map(walk) } : node;
  };
  const next = doc && walk(doc);
  return found ? next : null;
}
