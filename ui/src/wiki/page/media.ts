import { siteUrl } from '../../api';
import type { FindMedia, MediaFile } from '../../editor';
import type { Media } from '../wire';

export function mediaFile({ id, name, mimeType, size, url, thumbnail, width, height }: Media): MediaFile {
  return { id, name, mimeType, size, url: siteUrl(url), ...(thumbnail ? { thumbnail: siteUrl(thumbnail) } : {}), width, height };
}

/** Documents name files by the media id, and those that came from elsewhere sometimes only by their name. */
export function findMediaIn(files: readonly Media[]): FindMedia {
  const byId = new Map(files.flatMap((file) => [[file.id, file] as const, [file.attachmentId, file] as const]));
  const byName = new Map(files.map((file) => [file.name, file]));
  return (attrs) => {
    const name = [attrs['alt'], attrs['__fileName']].find((each) => typeof each === 'string' && each !== '');
    const found = byId.get(String(attrs['id'] ?? '')) ?? byName.get(String(name ?? ''));
    return found ? mediaFile(found) : null;
  };
}
