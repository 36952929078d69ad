import { useMutation, useQueries, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useRef } from 'react';
import { api, ApiError, errorMessage, useLocal } from '../../api';
import { toast } from '../../kit';
import { pagePath, spacePath } from '../queries';
import { keys } from '../stale';
import type { TreeLevel } from '../wire';
import { backMove, moved, placeOf, type Levels, type Move } from './model';

const pageSize = 200;
const levelKey = (space: string, parent: string) => [...keys.tree(space), 'level', parent];

const fetchLevel = (space: string, parent: string, cursor: string, signal?: AbortSignal) =>
  api.get<TreeLevel>(`${spacePath(space)}/tree`, { query: { parent, limit: pageSize, cursor }, ...(signal ? { signal } : {}) });

/** A level as far as it was loaded before: who scrolled deep keeps what is in sight. */
async function loadLevel(queries: QueryClient, space: string, parent: string, signal: AbortSignal): Promise<TreeLevel> {
  const before = queries.getQueryData<TreeLevel>(levelKey(space, parent))?.nodes.length ?? 0;
  let level = await fetchLevel(space, parent, '', signal);
  while (level.next && level.nodes.length < before) {
    const more = await fetchLevel(space, parent, level.next, signal);
    level = { ...more, nodes: [...level.nodes, ...more.nodes] };
  }
  return { ...level, nodes: level.nodes ?? [] };
}

export interface Tree {
  levels: Levels;
  isOpen: (id: string) => boolean;
  setOpen: (id: string, open: boolean) => void;
  more: (parent: string) => void;
  move: (move: Move) => boolean;
  error: unknown;
  retry: () => void;
}

const none: Record<string, boolean> = {};

/** The tree of a space: levels that are open are loaded, with those down to the page in sight. */
export function useTree(space: string, pageId: string | undefined, homepageId?: string): Tree {
  const queries = useQueryClient();
  const [toggled, setToggled] = useLocal<Record<string, boolean>>(`wiki.tree.${space}`, none);
  const path = useQuery({
    queryKey: [...keys.tree(space), 'path', pageId],
    enabled: pageId !== undefined,
    retry: false,
    queryFn: async ({ signal }) => {
      const { levels } = await api.get<{ levels: ({ parent: string } & TreeLevel)[] | null }>(`${spacePath(space)}/tree/path`, { query: { page: pageId }, signal });
      const found = levels ?? [];
      for (const { parent, nodes, next } of found) queries.setQueryData<TreeLevel>(levelKey(space, parent), (known) => (known && known.nodes.length > nodes.length ? known : { nodes: nodes ?? [], ...(next ? { next } : {}) }));
      return found.map((level) => level.parent);
    },
  });
  const parents = path.data;
  const settled = pageId === undefined || !path.isPending;
  // The homepage and the page one looks at show what is below them.
  const isOpen = useCallback((id: string) => toggled[id] ?? (id === homepageId || id === pageId || parents?.includes(id) === true), [toggled, parents, homepageId, pageId]);
  const openIds = useMemo(() => ['', ...new Set([...(parents ?? []), ...Object.keys(toggled), homepageId ?? '', pageId ?? ''].filter((id) => id !== '' && isOpen(id)))], [parents, toggled, isOpen, homepageId, pageId]);
  const results = useQueries({
    queries: openIds.map((parent) => ({
      queryKey: levelKey(space, parent),
      queryFn: ({ signal }: { signal: AbortSignal }) => loadLevel(queries, space, parent, signal),
      enabled: settled,
      retry: false,
    })),
  });
  const levels = useMemo(() => Object.fromEntries(openIds.flatMap((parent, i) => (results[i]?.data ? [[parent, results[i].data] as const] : []))) as Levels, [openIds, results]);

  const { mutate } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, targetId, position }: Move & { undoing?: boolean }) => api.post(`${pagePath(id)}/move`, { targetId, position }),
    onMutate: async (move) => {
      await queries.cancelQueries({ queryKey: keys.tree(space) });
      const back = backMove(levels, move.id);
      paint(queries, space, levels, moved(levels, move));
      return { before: levels, back, title: placeOf(levels, move.id)?.node.title ?? 'Page' };
    },
    onSuccess: (_answer, move, context) => {
      if (move.undoing) return;
      const { back, title } = context;
      toast({ title: `${title} moved`, ...(back ? { undo: () => mutate({ ...back, undoing: true }) } : {}) });
    },
    onError: (error, _move, context) => {
      if (context) paint(queries, space, levels, context.before);
      const id = error instanceof ApiError && error.requestId ? ` Request ${error.requestId}.` : '';
      toast({ title: 'The page stays where it was', detail: errorMessage(error) + id, tone: 'error' });
    },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: keys.tree(space) }), queries.invalidateQueries({ queryKey: keys.pages })]),
  });

  const asked = useRef(new Set<string>());
  const more = useCallback(
    (parent: string) => {
      const next = levels[parent]?.next;
      const key = `${space}/${parent}/${next ?? ''}`;
      if (!next || asked.current.has(key)) return;
      asked.current.add(key);
      void fetchLevel(space, parent, next)
        .then(
          (found) => queries.setQueryData<TreeLevel>(levelKey(space, parent), (known) => (known?.next === next ? { nodes: [...known.nodes, ...found.nodes], ...(found.next ? { next: found.next } : {}) } : known)),
          (error: unknown) => void toast({ title: 'More pages could not be loaded', detail: errorMessage(error), tone: 'error' }),
        )
        .finally(() => asked.current.delete(key));
    },
    [levels, queries, space],
  );

  return {
    levels,
    isOpen,
    setOpen: (id, open) => setToggled({ ...toggled, [id]: open }),
    more,
    move: (move) => {
      if (moved(levels, move) === levels) return false;
      mutate(move);
      return true;
    },
    error: levels[''] ? null : (results[0]?.error ?? null),
    retry: () => void queries.invalidateQueries({ queryKey: keys.tree(space) }),
  };
}

function paint(queries: QueryClient, space: string, before: Levels, after: Levels): void {
  for (const [parent, level] of Object.entries(after)) if (before[parent] !== level) queries.setQueryData<TreeLevel>(levelKey(space, parent), level);
}
