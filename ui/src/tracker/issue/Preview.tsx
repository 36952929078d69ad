import type { ReactElement } from 'react';
import { isPicture, sizeText } from '../../editor';
import { Dialog, Icon, IconButton } from '../../kit';
import { useCommands } from '../../shell';
import css from './Attachments.module.css';
import { contentUrl } from './media';
import type { Attachment } from './wire';

interface PreviewProps {
  attachments: readonly Attachment[];
  id: string;
  onShow: (id: string) => void;
  onClose: () => void;
}

/** One picture large, with the others an arrow away. */
export function Preview({ attachments, id, onShow, onClose }: PreviewProps): ReactElement | null {
  const pictures = attachments.filter(isPicture);
  const at = pictures.findIndex((each) => each.id === id);
  const shown = pictures[at];
  if (!shown) return null;
  const step = (by: number) => {
    const next = pictures[(at + by + pictures.length) % pictures.length];
    if (next) onShow(next.id);
  };
  return (
    <Dialog title={shown.filename} onClose={onClose} width={1080} bare>
      <Keys step={step} />
      <div className={css['stage']}>
        <img src={contentUrl(shown)} alt={shown.filename} />
      </div>
      <div className={css['under']}>
        <div className={css['words']}>
          <span className={css['name']}>{shown.filename}</span>
          <span className={css['note']}>
            {sizeText(shown.size)}
            {pictures.length > 1 && ` · ${at + 1} of ${pictures.length}`}
          </span>
        </div>
        {pictures.length > 1 && (
          <>
            <IconButton icon="chevronLeft" label="Previous picture" keys="ArrowLeft" onClick={() => step(-1)} />
            <IconButton icon="chevronRight" label="Next picture" keys="ArrowRight" onClick={() => step(1)} />
          </>
        )}
        <a className={css['download']} href={contentUrl(shown)} download={shown.filename}>
          <Icon name="download" /> Download
        </a>
        <IconButton icon="close" label="Close" keys="Escape" onClick={onClose} />
      </div>
    </Dialog>
  );
}

function Keys({ step }: { step: (by: number) => void }): null {
  useCommands([
    { id: 'previous-picture', label: 'Previous picture', keys: 'arrowleft', run: () => step(-1) },
    { id: 'next-picture', label: 'Next picture', keys: 'arrowright', run: () => step(1) },
  ]);
  return null;
}
