import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Suggestions } from '../../api';
import { IssueTypeIcon, Picker, type PickerOption } from '../../kit';
import { suggestQuery } from './queries';

export type FoundIssue = Suggestions['issues'][number];

interface IssuePickerProps {
  trigger: (state: { open: () => void; opened: boolean }) => ReactElement;
  onPick: (issue: FoundIssue | null) => void;
  opened: boolean;
  onOpenedChange: (opened: boolean) => void;
  placeholder: string;
  exclude?: readonly string[];
  clearable?: boolean;
}

/** Finds an issue by key or words. */
export function IssuePicker({ trigger, onPick, opened, onOpenedChange, placeholder, exclude = [], clearable = false }: IssuePickerProps): ReactElement {
  const [query, setQuery] = useState('');
  const found = useQuery({ ...suggestQuery(query), placeholderData: keepPreviousData, enabled: opened });
  const issues = (found.data?.issues ?? []).filter((issue) => !exclude.includes(issue.key));
  const options: PickerOption[] = [
    ...(clearable && query === '' ? [{ value: '', label: 'None' }] : []),
    ...issues.map((issue) => ({ value: issue.key, label: issue.summary, note: issue.key, mark: <IssueTypeIcon name={issue.type.name} /> })),
  ];
  return (
    <Picker
      opened={opened}
      onOpenedChange={(next) => {
        if (next) setQuery('');
        onOpenedChange(next);
      }}
      width={340}
      position="bottom-end"
      placeholder={placeholder}
      options={options}
      selected={[]}
      loading={found.isFetching}
      onQuery={setQuery}
      onPick={(key) => onPick(issues.find((issue) => issue.key === key) ?? null)}
      trigger={trigger}
    />
  );
}
