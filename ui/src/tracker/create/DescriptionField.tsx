import type { ReactElement } from 'react';
import { api, type AdfDoc, type User } from '../../api';
import { RichTextEditor } from '../../editor';
import css from './Create.module.css';

function searchPeople(query: string): Promise<User[]> {
  return api.get<User[]>('/rest/api/3/user/search', { query: { query, maxResults: 8 } });
}

interface DescriptionFieldProps {
  label?: string;
  value: AdfDoc | null;
  onChange: (value: AdfDoc | null) => void;
}

export function DescriptionField({ label = 'Description', value, onChange }: DescriptionFieldProps): ReactElement {
  return (
    <div className={css['description']}>
      <RichTextEditor label={label} value={value} onChange={onChange} placeholder={`${label}, or / for more…`} mentionSearch={searchPeople} appearance="compact" />
    </div>
  );
}
