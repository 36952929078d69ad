import { useState, type ReactElement } from 'react';
import type { AdfNode } from '../../api';
import { RichTextView, type FindMedia } from '../../editor';
import { useMacroView } from '../macros/context';
import type { DocDiff, Segment } from './diff';
import css from './History.module.css';

/** Unchanged blocks around a change that show without asking. */
const around = 1;

const said: Readonly<Record<Segment['op'], string>> = { same: '', add: 'Added', remove: 'Removed', change: 'Changed' };

/** A diff as the text itself, with what came underlined in green and what went struck out in red. */
export function DiffView({ diff, media }: { diff: DocDiff; media?: FindMedia | undefined }): ReactElement {
  const { segments } = diff;
  if (segments.every((segment) => segment.op === 'same')) return <p className={css['nothing']}>The texts do not differ.</p>;
  return (
    <div className={css['diff']}>
      {segments.map((segment, i) =>
        segment.op === 'same' ? (
          <Unchanged key={i} nodes={segment.nodes} first={i === 0} last={i === segments.length - 1} media={media} />
        ) : (
          <div key={i} className={css['segment']} data-op={segment.op} role="group" aria-label={said[segment.op]}>
            <Blocks nodes={segment.nodes} media={media} />
          </div>
        ),
      )}
    </div>
  );
}

function Blocks({ nodes, media }: { nodes: AdfNode[]; media: FindMedia | undefined }): ReactElement {
  const extensionView = useMacroView();
  return <RichTextView doc={{ version: 1, type: 'doc', content: nodes }} media={media} extensionView={extensionView} headingOffset={2} />;
}

function Unchanged({ nodes, first, last, media }: { nodes: AdfNode[]; first: boolean; last: boolean; media: FindMedia | undefined }): ReactElement {
  const [open, setOpen] = useState(false);
  const head = first ? 0 : around;
  const tail = last ? 0 : around;
  const hidden = nodes.length - head - tail;
  if (open || hidden < 2) {
    return (
      <div className={css['segment']} data-op="same">
        <Blocks nodes={nodes} media={media} />
      </div>
    );
  }
  return (
    <>
      {head > 0 && (
        <div className={css['segment']} data-op="same">
          <Blocks nodes={nodes.slice(0, head)} media={media} />
        </div>
      )}
      <button type="button" className={css['unchanged']} onClick={() => setOpen(true)}>
        {hidden} unchanged {hidden === 1 ? 'block' : 'blocks'}
      </button>
      {tail > 0 && (
        <div className={css['segment']} data-op="same">
          <Blocks nodes={nodes.slice(-tail)} media={media} />
        </div>
      )}
    </>
  );
}
