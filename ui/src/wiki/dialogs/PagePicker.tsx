import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState, type ReactElement } from 'react';
import { Button, Icon, Picker } from '../../kit';
import { suggestions } from '../queries';
import { keys } from '../stale';
import type { Ref } from '../wire';

interface PagePickerProps {
  label: string;
  /** Only pages of this space. */
  space?: string | undefined;
  value: Pick<Ref, 'id' | 'title'> | null;
  /** What the button says while nothing is picked. */
  none: string;
  onPick: (page: Ref) => void;
  /** Not to be picked. */
  without?: string | undefined;
}

/** Finds a page by its title. */
export function PagePicker({ label, space, value, none, onPick, without }: PagePickerProps): ReactElement {
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState(false);
  const wanted = useDeferredValue(query.trim());
  const found = useQuery({ queryKey: [...keys.lists, 'suggest', space ?? '', wanted], queryFn: ({ signal }) => suggestions(wanted, { ...(space ? { space } : {}), signal }), enabled: opened });
  const pages = (found.data?.pages ?? []).filter((page) => page.type === 'page' && page.id !== without);
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      width={360}
      options={pages.map((page) => ({ value: page.id, label: page.title, note: space ? undefined : page.spaceName, mark: <Icon name="page" size={14} /> }))}
      selected={value ? [value.id] : []}
      onQuery={setQuery}
      loading={found.isFetching}
      placeholder="Find a page"
      onPick={(id) => {
        const page = pages.find((each) => each.id === id);
        if (page) onPick(page);
      }}
      trigger={({ open }) => (
        <Button iconEnd="selector" onClick={open} aria-label={`${label}: ${value?.title ?? none}`}>
          {value?.title ?? none}
        </Button>
      )}
    />
  );
}
