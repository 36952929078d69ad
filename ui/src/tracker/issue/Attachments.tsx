import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import { api, jiraTime } from '../../api';
import { isPicture, sizeText } from '../../editor';
import { Button, Dialog, Icon, IconButton, RelativeTime, toast } from '../../kit';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Attachments.module.css';
import { contentUrl, thumbnailUrl } from './media';
import { newestFirst } from './model';
import { SectionHead } from './SectionHead';
import type { Attachment } from './wire';

/** Files of the issue as tiles. They come by choosing, dropping and pasting. */
export function Attachments(): ReactElement | null {
  const { attachments, active, setActive } = useIssue();
  const [doomed, setDoomed] = useState<Attachment | null>(null);
  if (attachments.length === 0 && active !== 'attach') return null;
  return (
    <section className={css['section']} aria-label="Attachments">
      <SectionHead title="Attachments" count={attachments.length}>
        <AttachButton />
      </SectionHead>
      <ul className={css['grid']}>
        {newestFirst(attachments).map((attachment) => (
          <Tile key={attachment.id} attachment={attachment} onDelete={() => setDoomed(attachment)} />
        ))}
      </ul>
      {doomed && (
        <DeleteDialog
          attachment={doomed}
          onClose={() => {
            setDoomed(null);
            setActive(null);
          }}
        />
      )}
    </section>
  );
}

/** Chooses files to add; also what "Attach a file" of the menu presses. */
export function AttachButton({ quiet = false }: { quiet?: boolean }): ReactElement {
  const { upload } = useIssue();
  const chooser = useRef<HTMLInputElement>(null);
  const send = useSend(upload);
  return (
    <>
      {!quiet && <IconButton icon="plus" label="Attach files" size="s" onClick={() => chooser.current?.click()} />}
      <input
        ref={chooser}
        id={quiet ? 'attach-files' : undefined}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={(event) => {
          send([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}

/** Uploads with words about it: what is on its way, what arrived, what was refused and why. */
export function useSend(upload: (files: readonly File[]) => Promise<unknown>): (files: readonly File[]) => void {
  return (files) => {
    if (files.length === 0) return;
    const what = files.length === 1 ? (files[0]?.name ?? 'File') : `${files.length} files`;
    const dismiss = toast({ title: `Uploading ${what}…` });
    upload(files).then(
      () => {
        dismiss();
        toast({ title: `${what} attached`, tone: 'success' });
      },
      (error: unknown) => {
        dismiss();
        refused(what, error);
      },
    );
  };
}

const extension = (name: string): string => (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? 'file').toUpperCase();

function Tile({ attachment, onDelete }: { attachment: Attachment; onDelete: () => void }): ReactElement {
  const { preview } = useIssue();
  const { filename, size, created, mimeType } = attachment;
  const picture = isPicture(attachment);
  const face = attachment.thumbnail || picture ? <img src={attachment.thumbnail ? thumbnailUrl(attachment) : contentUrl(attachment)} alt="" loading="lazy" /> : <span className={css['extension']}>{extension(filename)}</span>;
  return (
    <li className={css['tile']}>
      {picture ? (
        <button type="button" className={css['face']} aria-label={`Open ${filename}`} onClick={() => preview(attachment.id)}>
          {face}
        </button>
      ) : (
        <a className={css['face']} href={contentUrl(attachment)} target="_blank" rel="noopener noreferrer" aria-label={`Open ${filename}`} title={mimeType}>
          {face}
        </a>
      )}
      <div className={css['words']}>
        <span className={css['name']} title={filename}>
          {filename}
        </span>
        <span className={css['note']}>
          {sizeText(size)} · <RelativeTime at={jiraTime(created)} />
        </span>
      </div>
      <div className={css['acts']}>
        <a href={contentUrl(attachment)} download={filename} aria-label={`Download ${filename}`} title="Download">
          <Icon name="download" />
        </a>
        <button type="button" aria-label={`Delete ${filename}`} title="Delete" onClick={onDelete}>
          <Icon name="trash" />
        </button>
      </div>
    </li>
  );
}

function DeleteDialog({ attachment, onClose }: { attachment: Attachment; onClose: () => void }): ReactElement {
  const { issueKey } = useIssue();
  const queries = useQueryClient();
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(`/rest/api/3/attachment/${attachment.id}`),
    onSuccess: () => {
      toast({ title: `${attachment.filename} deleted` });
      onClose();
    },
    onError: (error) => refused(`Deleting ${attachment.filename}`, error),
    onSettled: () => refresh(queries, issueKey),
  });
  return (
    <Dialog
      title="Delete this file?"
      onClose={onClose}
      width={440}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete file
          </Button>
        </>
      }
    >
      <p>
        <b>{attachment.filename}</b> ({sizeText(attachment.size)}) goes from {issueKey}. Texts that show it keep a note of its name.
      </p>
    </Dialog>
  );
}
