import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { api, siteUrl } from '../../api';
import type { FindMedia, MediaFile } from '../../editor';
import { issuePath } from './queries';
import type { Attachment } from './wire';
import { keys } from '../stale';

export const contentUrl = ({ id }: Pick<Attachment, 'id'>): string => siteUrl(`/rest/api/3/attachment/content/${id}`);
export const thumbnailUrl = ({ id }: Pick<Attachment, 'id'>): string => siteUrl(`/rest/api/3/attachment/thumbnail/${id}`);

export function mediaFile(attachment: Attachment): MediaFile {
  const { filename, mimeType, size, mediaId, id } = attachment;
  return { id: mediaId ?? id, name: filename, mimeType, size, url: contentUrl(attachment), ...(attachment.thumbnail ? { thumbnail: thumbnailUrl(attachment) } : {}) };
}

/** Documents name files by the media id, by the attachment's id, or (from elsewhere) only by the file name. */
export function attachmentOf(attachments: readonly Attachment[], attrs: Readonly<Record<string, unknown>>): Attachment | undefined {
  const id = String(attrs['id'] ?? '');
  const name = [attrs['alt'], attrs['__fileName']].find((each) => typeof each === 'string' && each !== '');
  return attachments.find((each) => id !== '' && (each.mediaId === id || each.id === id)) ?? attachments.find((each) => each.filename === name);
}

export function useFindMedia(attachments: readonly Attachment[]): FindMedia {
  return useCallback(
    (attrs) => {
      const found = attachmentOf(attachments, attrs);
      return found ? mediaFile(found) : null;
    },
    [attachments],
  );
}

const none: readonly Attachment[] = [];

export function useAttachments(value: unknown): readonly Attachment[] {
  return useMemo(() => (Array.isArray(value) ? (value as Attachment[]) : none), [value]);
}

/** Adds files to the issue, one request each, so that one that is refused does not take the others along. */
export function useUpload(issueKey: string): (files: readonly File[]) => Promise<MediaFile[]> {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    meta: { quiet: true },
    mutationFn: (file: File) => api.upload<Attachment[]>(`${issuePath(issueKey)}/attachments`, [file]),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.issue(issueKey) }),
  });
  return useCallback(async (files) => (await Promise.all(files.map((file) => mutateAsync(file)))).flat().map(mediaFile), [mutateAsync]);
}
