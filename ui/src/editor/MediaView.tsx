import type { ReactElement } from 'react';
import { Icon } from '../kit';
import { safeHref, text, type FindMedia, type MediaFile } from './adf';
import { sizeText } from './size';

interface MediaViewProps {
  attrs: Readonly<Record<string, unknown>>;
  find: FindMedia | undefined;
  onOpen?: ((id: string) => void) | undefined;
  inline?: boolean;
}

/** A file of a document: a picture, or a line that leads to it. */
export function MediaView({ attrs, find, onOpen, inline = false }: MediaViewProps): ReactElement {
  const file = find?.(attrs) ?? external(attrs);
  const name = file?.name ?? (text(attrs['alt']) || text(attrs['__fileName']) || 'File');
  if (!file) {
    return (
      <span data-node="file" data-missing="true">
        <Icon name="file" size={14} />
        <span>{name}</span>
        <span data-part="note">not among the attachments</span>
      </span>
    );
  }
  if (!inline && isPicture(file)) {
    const picture = <img src={file.url} alt={text(attrs['alt']) || name} loading="lazy" {...pictureSize(attrs)} />;
    return onOpen ? (
      <button type="button" data-node="picture" aria-label={`Open ${name}`} onClick={() => onOpen(file.id)}>
        {picture}
      </button>
    ) : (
      picture
    );
  }
  return (
    <a data-node="file" href={file.url} target="_blank" rel="noopener noreferrer">
      <Icon name="file" size={14} />
      <span>{name}</span>
      {file.size !== undefined && <span data-part="note">{sizeText(file.size)}</span>}
    </a>
  );
}

export function isPicture(file: Pick<MediaFile, 'mimeType'>): boolean {
  return /^image\/(png|jpe?g|gif|webp|avif|bmp)$/.test(file.mimeType);
}

function external(attrs: Readonly<Record<string, unknown>>): MediaFile | null {
  const url = attrs['type'] === 'external' ? safeHref(attrs['url']) : null;
  if (!url || url.startsWith('mailto:')) return null;
  // A picture of another host would tell it who reads here, so it is a link.
  const here = /^(\/s\/[^/]+)?\/rest\/api\/[23]\/attachment\/(content|thumbnail)\/\d+$/.test(url);
  return { id: url, name: text(attrs['alt']) || url, url, mimeType: here ? 'image/png' : '' };
}

function pictureSize(attrs: Readonly<Record<string, unknown>>): { width?: number; height?: number } {
  const { width, height } = attrs;
  return typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0 ? { width, height } : {};
}
