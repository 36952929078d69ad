import { lazy, Suspense, type ReactElement } from 'react';
import { api, type AdfDoc, type User } from '../../api';
import { Skeleton } from '../../kit';
import css from './Create.module.css';
import { docOf } from './draft';

interface EditorProps {
  value: AdfDoc | null;
  onChange: (value: AdfDoc | null) => void;
  placeholder?: string;
  mentionSearch?: (query: string) => Promise<User[]>;
  autoFocus?: boolean;
}

function PlainEditor({ value, onChange, placeholder }: EditorProps): ReactElement {
  const text = (value?.content ?? []).map((block) => (block.content ?? []).map((node) => node.text ?? '').join('')).join('\n');
  return (
    <textarea
      className={css['plain']}
      rows={5}
      aria-label="Description"
      placeholder={placeholder}
      defaultValue={text}
      onChange={(event) => onChange(docOf(event.currentTarget.value))}
    />
  );
}

// The editor is large and comes only when somebody writes; where it is not
// part of the build, plain text does.
const editors = import.meta.glob<{ RichTextEditor: (props: EditorProps) => ReactElement }>('../../editor/index.{ts,tsx}');
const load = Object.values(editors)[0];
const Editor = lazy(async () => ({ default: load ? (await load()).RichTextEditor : PlainEditor }));

function searchPeople(query: string): Promise<User[]> {
  return api.get<User[]>('/rest/api/3/user/search', { query: { query, maxResults: 8 } });
}

export function DescriptionField({ value, onChange }: { value: AdfDoc | null; onChange: (value: AdfDoc | null) => void }): ReactElement {
  return (
    <div className={css['description']}>
      <Suspense fallback={<Skeleton height={96} />}>
        <Editor value={value} onChange={onChange} placeholder="Add a description…" mentionSearch={searchPeople} />
      </Suspense>
    </div>
  );
}
