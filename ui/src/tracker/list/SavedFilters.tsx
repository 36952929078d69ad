import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, type SavedFilter } from '../../api';
import { Button, Checkbox, ErrorState, FormDialog, Icon, IconButton, Popover, Skeleton, TextField, toast } from '../../kit';
import { allFiltersQuery } from '../queries';
import css from './List.module.css';
import { keys } from '../stale';

interface SavedFiltersProps {
  jql: string;
  onOpen: (filter: SavedFilter) => void;
}

/** The saved queries behind one button: open, star, and save the present one. */
export function SavedFilters({ jql, onOpen }: SavedFiltersProps): ReactElement {
  const [opened, setOpened] = useState(false);
  const [saving, setSaving] = useState(false);
  const filters = useQuery({ ...allFiltersQuery, enabled: opened });
  const queries = useQueryClient();
  const star = useMutation({
    mutationFn: (filter: SavedFilter) =>
      filter.favourite ? api.delete(`/rest/api/3/filter/${filter.id}/favourite`) : api.put(`/rest/api/3/filter/${filter.id}/favourite`),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.filters }),
  });
  const list = [...(filters.data?.values ?? [])].sort(
    (a, b) => Number(b.favourite ?? false) - Number(a.favourite ?? false) || a.name.localeCompare(b.name),
  );
  return (
    <>
      <Popover
        opened={opened}
        onChange={setOpened}
        width={300}
        position="bottom-end"
        trigger={
          <Button size="s" icon="filter" aria-expanded={opened} onClick={() => setOpened(!opened)}>
            Filters
          </Button>
        }
      >
        <div className={css['filters']}>
          {filters.isPending ? (
            [0, 1, 2].map((i) => <Skeleton key={i} height={16} style={{ margin: 8, width: 'calc(100% - 16px)' }} />)
          ) : filters.isError ? (
            <ErrorState compact what="load the filters" error={filters.error} onRetry={() => void filters.refetch()} />
          ) : list.length === 0 ? (
            <p className={css['hint']}>No saved filters yet. Save a query to find it here again.</p>
          ) : (
            list.map((filter) => (
              <div key={filter.id} className={css['filter']}>
                <IconButton
                  icon="star"
                  size="s"
                  label={filter.favourite ? `Unstar ${filter.name}` : `Star ${filter.name}`}
                  className={filter.favourite ? (css['starred'] ?? '') : ''}
                  onClick={() => star.mutate(filter)}
                />
                <button
                  type="button"
                  className={css['filterName']}
                  title={filter.jql}
                  onClick={() => {
                    setOpened(false);
                    onOpen(filter);
                  }}
                >
                  {filter.name}
                </button>
              </div>
            ))
          )}
          <hr className={css['rule']} />
          <button
            type="button"
            className={css['filterName']}
            onClick={() => {
              setOpened(false);
              setSaving(true);
            }}
          >
            <Icon name="plus" /> Save this query…
          </button>
        </div>
      </Popover>
      {saving && <SaveDialog jql={jql} onClose={() => setSaving(false)} />}
    </>
  );
}

function SaveDialog({ jql, onClose }: { jql: string; onClose: () => void }): ReactElement {
  const [name, setName] = useState('');
  const [favourite, setFavourite] = useState(true);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => api.post<SavedFilter>('/rest/api/3/filter', { name: name.trim(), jql, favourite }),
    meta: { quiet: true },
    onSuccess: async (filter) => {
      await queries.invalidateQueries({ queryKey: keys.filters });
      toast({ title: `Filter “${filter.name}” saved`, tone: 'success' });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Save this query"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Save"
      busy={save.isPending}
      ready={name.trim() !== ''}
      what="save the filter"
      error={save.error}
    >
      <TextField label="Name" required data-autofocus value={name} placeholder="Open bugs of the release" onChange={(e) => setName(e.currentTarget.value)} />
      <code className={css['jql']}>{jql === '' ? 'every issue' : jql}</code>
      <Checkbox label="Star it" checked={favourite} onChange={(e) => setFavourite(e.currentTarget.checked)} />
    </FormDialog>
  );
}
