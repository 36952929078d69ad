import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api';
import type { MediaFile } from '../../editor';
import { mediaFile } from '../page/media';
import { pagePath } from '../queries';
import { keys } from '../stale';
import type { Media } from '../wire';

/** Adds a file to a page; one of the same name becomes its new version. */
export function useUpload(pageId: string): (file: File) => Promise<MediaFile> {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    meta: { quiet: true },
    mutationFn: (file: File) => api.upload<{ media: Media[] | null }>(`${pagePath(pageId)}/attachments`, [file]),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.page(pageId) }),
  });
  return useCallback(
    async (file) => {
      const [sent] = (await mutateAsync(file)).media ?? [];
      if (!sent) throw new Error('The server did not say what became of the file.');
      return mediaFile(sent);
    },
    [mutateAsync],
  );
}
