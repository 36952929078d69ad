import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import css from './parts.module.css';

export interface InlineTextProps {
  /** What it is, read aloud. */
  label: string;
  value: string;
  onSave: (value: string) => void;
  heading?: boolean;
  disabled?: boolean;
  maxLength?: number;
}

/** Text at rest, an input when it is touched. Enter keeps, Escape takes back. */
export function InlineText({ label, value, onSave, heading = false, disabled = false, maxLength = 255 }: InlineTextProps): ReactElement {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const kept = useRef(false);
  const close = (text: string | null) => {
    if (kept.current) return;
    kept.current = true;
    setEditing(false);
    if (text !== null && text.trim() !== '' && text.trim() !== value) onSave(text.trim());
    queueMicrotask(() => button.current?.focus({ preventScroll: true }));
  };
  if (editing) {
    const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
      if (event.key === 'Enter') close(event.currentTarget.value);
      else if (event.key === 'Escape') close(null);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    return <input className={css['inlineInput']} data-heading={heading || undefined} aria-label={label} defaultValue={value} maxLength={maxLength} autoFocus onFocus={(event) => event.currentTarget.select()} onKeyDown={keyDown} onBlur={(event) => close(event.currentTarget.value)} />;
  }
  const rest = (
    <button
      ref={button}
      type="button"
      className={css['inline']}
      data-heading={heading || undefined}
      disabled={disabled}
      title={disabled ? undefined : 'Click to rename'}
      onClick={() => {
        kept.current = false;
        setEditing(true);
      }}
    >
      {value}
    </button>
  );
  return heading ? <h1 className={css['inlineHead']}>{rest}</h1> : rest;
}
