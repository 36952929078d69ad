import { useState, type ReactElement } from 'react';
import { readLocal, useLocal, writeLocal, type AdfDoc } from '../../api';
import { isEmptyDoc, plainText, preloadEditor, RichTextEditor } from '../../editor';
import { useSignedIn } from '../../shell';
import { searchPeople } from '../queries';
import css from './Comments.module.css';

interface ComposerProps {
  /** Under which what is half written is kept. */
  slot: string;
  invitation: string;
  label: string;
  submit: string;
  /** Says whether it was sent; if not, what was written stays. */
  onSend: (body: AdfDoc) => Promise<boolean>;
  /** Opens at once. */
  open?: boolean;
  onCancel?: () => void;
  start?: AdfDoc | null;
  part?: string;
}

/** An invitation at rest, the editor when somebody writes. What is half written is kept in this browser. */
export function Composer({ slot, invitation, label, submit, onSend, open = false, onCancel, start = null, part }: ComposerProps): ReactElement {
  const { account } = useSignedIn();
  const name = `wiki.comment.${account.accountId}.${slot}`;
  const [kept, setKept] = useLocal<AdfDoc | null | undefined>(name, null);
  const [writing, setWriting] = useState(open);
  const [sending, setSending] = useState(false);
  const send = async () => {
    const body = readLocal<AdfDoc | null>(name, null) ?? start;
    if (!body || isEmptyDoc(body)) return;
    setSending(true);
    const sent = await onSend(body);
    setSending(false);
    if (!sent) return;
    writeLocal(name, undefined);
    setWriting(false);
  };
  if (!writing) {
    return (
      <button type="button" className={css['invitation']} data-part={part} onPointerEnter={preloadEditor} onFocus={preloadEditor} onClick={() => setWriting(true)}>
        {kept ? (
          <>
            <b>Draft</b> {plainText(kept).slice(0, 80)}
          </>
        ) : (
          invitation
        )}
      </button>
    );
  }
  return (
    <RichTextEditor
      autoFocus
      label={label}
      appearance="compact"
      value={kept ?? start}
      onChange={(doc) => setKept(doc && !isEmptyDoc(doc) ? doc : undefined)}
      placeholder="Write a comment. @ mentions, / inserts."
      mentionSearch={searchPeople}
      onSubmit={() => void send()}
      submitLabel={submit}
      busy={sending}
      onCancel={() => {
        setWriting(false);
        onCancel?.();
      }}
    />
  );
}
