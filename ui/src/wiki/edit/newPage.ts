import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api, type AdfDoc } from '../../api';
import { preloadEditor } from '../../editor';
import { refused } from '../parts/say';
import { draftQuery, rest } from '../queries';
import { keys } from '../stale';
import type { Draft } from '../wire';

export interface NewPage {
  space: { id: string; key: string };
  parentId?: string | undefined;
  type?: 'page' | 'blogpost';
  title?: string;
  body?: AdfDoc | null;
}

export const emptyDoc: AdfDoc = { version: 1, type: 'doc', content: [] };

/** Begins a page: its draft is kept by the server from the first moment, and the editor opens on it. */
export function useNewPage(): (page: NewPage) => Promise<boolean> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { mutateAsync } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ space, parentId, type = 'page', title = '', body }: NewPage) =>
      api.put<Draft>(`${rest}/drafts/new`, { spaceId: space.id, type, title, body: body ?? emptyDoc, ...(parentId && type === 'page' ? { parentId } : {}) }),
  });
  return useCallback(
    async (page) => {
      preloadEditor();
      try {
        const draft = await mutateAsync(page);
        queries.setQueryData(draftQuery(draft.pageId).queryKey, draft);
        void queries.invalidateQueries({ queryKey: [...keys.drafts, 'all'] });
        await navigate({ to: '/wiki/spaces/$key/pages/$id', params: { key: page.space.key, id: draft.pageId }, search: { edit: true } });
        return true;
      } catch (error) {
        refused('The page', error);
        return false;
      }
    },
    [mutateAsync, navigate, queries],
  );
}
