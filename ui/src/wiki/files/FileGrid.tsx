import type { ReactElement } from 'react';
import { siteUrl } from '../../api';
import { isPicture, sizeText } from '../../editor';
import { Icon, RelativeTime } from '../../kit';
import type { Media } from '../wire';
import css from './Files.module.css';

const extension = (name: string): string => (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? 'file').toUpperCase();

interface FileGridProps {
  files: readonly Media[];
  onOpen: (id: string) => void;
  onDelete?: ((file: Media) => void) | undefined;
  padded?: boolean;
}

/** Files as tiles. Pictures and PDFs open large, others load. */
export function FileGrid({ files, onOpen, onDelete, padded }: FileGridProps): ReactElement {
  return (
    <ul className={css['grid']} data-padded={padded || undefined} aria-label="Files">
      {files.map((file) => {
        const shows = isPicture(file) || file.preview !== undefined;
        const face = file.thumbnail ? <img src={siteUrl(file.thumbnail)} alt="" loading="lazy" /> : <span className={css['extension']}>{extension(file.name)}</span>;
        return (
          <li key={file.attachmentId} className={css['tile']}>
            {shows ? (
              <button type="button" className={css['face']} aria-label={`Open ${file.name}`} onClick={() => onOpen(file.id)}>
                {face}
              </button>
            ) : (
              <a className={css['face']} href={siteUrl(file.url)} target="_blank" rel="noopener noreferrer" aria-label={`Open ${file.name}`}>
                {face}
              </a>
            )}
            <div className={css['words']}>
              <span className={css['name']} title={file.name}>
                {file.name}
              </span>
              <span className={css['note']}>
                {sizeText(file.size)} · <RelativeTime at={file.createdAt} />
                {file.version > 1 && ` · v${file.version}`}
              </span>
            </div>
            <div className={css['acts']}>
              <a href={siteUrl(file.url)} download={file.name} aria-label={`Download ${file.name}`} title="Download">
                <Icon name="download" />
              </a>
              {onDelete && (
                <button type="button" aria-label={`Delete ${file.name}`} title="Delete" onClick={() => onDelete(file)}>
                  <Icon name="trash" />
                </button>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
