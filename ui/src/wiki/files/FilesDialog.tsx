import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type DragEvent, type ReactElement } from 'react';
import { api, errorMessage } from '../../api';
import { Button, Dialog, EmptyState, ErrorState, Notice, SkeletonRows, toast } from '../../kit';
import { refused } from '../parts/say';
import { pageFilesQuery } from '../queries';
import { keys } from '../stale';
import type { Media, WikiPage } from '../wire';
import { FileGrid } from './FileGrid';
import { FilePreview } from './FilePreview';
import css from './Files.module.css';
import { useUpload } from './upload';

/** The files of a page. They come by choosing, dropping and pasting. */
export function FilesDialog({ page, onClose }: { page: WikiPage; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const files = useInfiniteQuery(pageFilesQuery(page.id));
  const upload = useUpload(page.id);
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [preview, setPreview] = useState<string | null>(null);
  const [doomed, setDoomed] = useState<Media | null>(null);
  const items = files.data?.pages.flatMap((each) => each.media ?? []) ?? [];
  const may = page.can.attach && page.can.edit;
  const send = (list: FileList | null | undefined) => {
    for (const file of list ?? []) {
      const dismiss = toast({ title: `Uploading ${file.name}…` });
      upload(file).then(
        () => {
          dismiss();
          toast({ title: `${file.name} added`, tone: 'success' });
        },
        (error: unknown) => {
          dismiss();
          toast({ title: `${file.name} was not uploaded`, detail: errorMessage(error), tone: 'error' });
        },
      );
    }
  };
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (file: Media) => api.delete(`/wiki/api/v2/attachments/${encodeURIComponent(file.attachmentId)}`),
    onSuccess: (_answer, file) => {
      toast({ title: `${file.name} is in the trash` });
      setDoomed(null);
    },
    onError: (error, file) => refused(`Deleting ${file.name}`, error),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.page(page.id) }),
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (may) send(event.dataTransfer.files);
  };
  return (
    <Dialog
      title={`Files of ${page.title}`}
      width={760}
      onClose={onClose}
      footer={
        may ? (
          <Button icon="plus" variant="primary" data-autofocus onClick={() => chooser.current?.click()}>
            Add files
          </Button>
        ) : undefined
      }
    >
      <input ref={chooser} type="file" multiple hidden aria-label="Files to add" onChange={(event) => send(event.currentTarget.files)} />
      <div
        className={css['drop']}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(may);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        onPaste={(event) => may && send(event.clipboardData.files)}
      >
        {files.isPending ? (
          <SkeletonRows rows={4} height={56} />
        ) : files.isError ? (
          <ErrorState compact what="load the files" error={files.error} onRetry={() => void files.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="attach" title="No files yet">
            {may ? 'Drop files here, paste them, or choose them.' : 'Nobody has added a file to this page.'}
          </EmptyState>
        ) : (
          <FileGrid files={items} onOpen={setPreview} onDelete={may ? setDoomed : undefined} />
        )}
        {files.hasNextPage && (
          <Button busy={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
      {doomed && (
        <Notice
          tone="warning"
          action={
            <>
              <Button size="s" variant="subtle" onClick={() => setDoomed(null)}>
                Keep it
              </Button>
              <Button size="s" variant="danger" busy={remove.isPending} onClick={() => remove.mutate(doomed)}>
                Delete
              </Button>
            </>
          }
        >
          Texts that show <b>{doomed.name}</b> will only say its name.
        </Notice>
      )}
      {preview && <FilePreview files={items} id={preview} onClose={() => setPreview(null)} onShow={setPreview} />}
    </Dialog>
  );
}
