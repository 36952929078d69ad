import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState, type ReactElement } from 'react';
import { Avatar, Button, Icon, Picker } from '../../kit';
import { groupsQuery, suggestions } from '../queries';
import type { Subject } from '../wire';

/** Picks a person or a group, both searched for as they are typed: a site may have any number. */
export function SubjectPicker({ taken, onPick, label }: { taken: readonly Subject[]; onPick: (subject: Subject) => void; label: string }): ReactElement {
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState(false);
  const wanted = useDeferredValue(query.trim());
  const found = useQuery({ queryKey: ['wiki', 'subjects', wanted], queryFn: ({ signal }) => suggestions(wanted, { signal }), enabled: opened, staleTime: 60_000 });
  const groupsFound = useQuery({ ...groupsQuery(wanted), enabled: opened });
  const has = (type: Subject['type'], name: string) => taken.some((each) => each.type === type && each.name === name);
  const people = (found.data?.people ?? []).filter((person) => !has('user', person.accountId));
  const groups = (groupsFound.data ?? []).filter(({ name }) => !has('group', name)).map(({ name }) => ({ value: `group:${name}`, label: name, note: 'group', mark: <Icon name="members" size={14} /> }));
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      width={320}
      options={[...people.map((person) => ({ value: person.accountId, label: person.displayName, mark: <Avatar person={person} size={20} /> })), ...groups]}
      selected={[]}
      onQuery={setQuery}
      loading={found.isFetching || groupsFound.isFetching}
      placeholder="A person or a group"
      onPick={(value) => {
        if (value.startsWith('group:')) onPick({ type: 'group', name: value.slice(6) });
        else {
          const person = people.find((each) => each.accountId === value);
          if (person) onPick({ type: 'user', name: value, person: { ...person, active: true } });
        }
      }}
      trigger={({ open }) => (
        <Button size="s" icon="plus" onClick={open}>
          {label}
        </Button>
      )}
    />
  );
}
