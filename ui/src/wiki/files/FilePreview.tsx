import { useEffect, type ReactElement } from 'react';
import { siteUrl } from '../../api';
import { isPicture, sizeText } from '../../editor';
import { Dialog, Icon, IconButton } from '../../kit';
import type { Media } from '../wire';
import css from './Files.module.css';

interface FilePreviewProps {
  files: readonly Media[];
  /** Media id of the one in sight. */
  id: string;
  onClose: () => void;
  onShow: (id: string) => void;
}

/** A picture or a PDF, large; arrows go to the next. */
export function FilePreview({ files, id, onClose, onShow }: FilePreviewProps): ReactElement | null {
  const shown = files.filter((file) => isPicture(file) || file.preview !== undefined);
  const at = shown.findIndex((file) => file.id === id);
  const file = shown[at];
  const before = shown[at - 1]?.id;
  const after = shown[at + 1]?.id;
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      const next = event.key === 'ArrowRight' ? after : event.key === 'ArrowLeft' ? before : undefined;
      if (next !== undefined) onShow(next);
    };
    window.addEventListener('keydown', keyDown);
    return () => window.removeEventListener('keydown', keyDown);
  }, [before, after, onShow]);
  if (!file) return null;
  return (
    <Dialog bare title={file.name} width={1120} onClose={onClose}>
      <div className={css['preview']}>
        <div className={css['previewHead']}>
          <b title={file.name}>{file.name}</b>
          <span>{sizeText(file.size)}</span>
          {shown.length > 1 && (
            <span>
              {at + 1} of {shown.length}
            </span>
          )}
          <IconButton icon="chevronLeft" label="Previous" keys="ArrowLeft" disabled={before === undefined} onClick={() => before && onShow(before)} />
          <IconButton icon="chevronRight" label="Next" keys="ArrowRight" disabled={after === undefined} onClick={() => after && onShow(after)} />
          <a className={css['load']} href={siteUrl(file.url)} download={file.name} aria-label={`Download ${file.name}`} title="Download">
            <Icon name="download" />
          </a>
          <IconButton icon="close" label="Close" keys="Escape" onClick={onClose} />
        </div>
        <div className={css['stage']}>
          {file.preview ? <iframe title={file.name} src={siteUrl(file.preview)} /> : <img src={siteUrl(file.url)} alt={file.name} />}
        </div>
      </div>
    </Dialog>
  );
}
