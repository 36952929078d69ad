import type { ReactElement } from 'react';
import { api, type AdfDoc, type User } from '../../api';
import { RichTextEditor } from '../../editor';
import css from './Create.module.css';

function searchPeople(query: string): Promise<User[]> {
  return api.get<User[]>('/rest/api/3/user/search', { query: { query, maxResults: 8 } });
}

export function DescriptionField({ value, onChange }: { value: AdfDoc | null; onChange: (value: AdfDoc | null) => void }): ReactElement {
  return (
    <div className={css['description']}>
      <RichTextEditor label="Description" value={value} onChange={onChange} placeholder="Add a description, or / for more…" mentionSearch={searchPeople} appearance="compact" />
    </div>
  );
}
