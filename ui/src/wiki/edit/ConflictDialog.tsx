import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement } from 'react';
import type { AdfDoc } from '../../api';
import type { FindMedia } from '../../editor';
import { Button, Dialog, ErrorState, Skeleton, Tabs } from '../../kit';
import { diffDocs, mergeDocs } from '../history/diff';
import { DiffView } from '../history/DiffView';
import { versionQuery } from '../queries';
import type { WikiPage } from '../wire';
import type { Publish } from './EditPage';
import css from './Edit.module.css';

interface ConflictDialogProps {
  pageId: string;
  /** The version that the writing began with. */
  base: number;
  mine: { title: string; body: AdfDoc | null };
  theirs: WikiPage;
  /** Only to see what changed; nobody tried to publish. */
  looking: boolean;
  busy: boolean;
  media: FindMedia;
  onClose: () => void;
  onPublish: (publish: Publish) => void;
}

type View = 'theirs' | 'mine' | 'between';

/** Somebody else published meanwhile. Both texts are kept; here one sees them and says what becomes of them. */
export function ConflictDialog({ pageId, base, mine, theirs, looking, busy, media, onClose, onPublish }: ConflictDialogProps): ReactElement {
  const [view, setView] = useState<View>('theirs');
  const before = useQuery({ ...versionQuery(pageId, base), enabled: base > 0 });
  const start = before.data?.body ?? null;
  const merged = useMemo(() => (before.data ? mergeDocs(start, mine.body, theirs.body) : null), [before.data, start, mine.body, theirs.body]);
  const diff = useMemo(() => {
    if (view === 'between') return diffDocs(theirs.body, mine.body);
    return view === 'theirs' ? diffDocs(start, theirs.body) : diffDocs(start, mine.body);
  }, [view, start, mine.body, theirs.body]);
  const who = theirs.editor?.displayName ?? 'Somebody';
  const title = mine.title.trim() === before.data?.title ? theirs.title : mine.title;
  return (
    <Dialog
      title={`${who} published version ${theirs.version}`}
      width={860}
      sticky
      onClose={onClose}
      footer={
        <>
          <Button variant="subtle" data-autofocus onClick={onClose}>
            Keep writing
          </Button>
          <Button busy={busy} onClick={() => onPublish({ ...mine, base, force: true })}>
            Publish mine over it
          </Button>
          {merged && (
            <Button variant="primary" busy={busy} onClick={() => onPublish({ title, body: merged, base: theirs.version })}>
              Publish both together
            </Button>
          )}
        </>
      }
    >
      <p>
        {looking ? '' : 'Nothing was published over it. '}Your text is kept as your draft, theirs in the history. {merged ? 'Your changes stand in different places, so they fit together.' : before.data ? 'You both changed the same place, so somebody has to choose.' : ''}
      </p>
      <Tabs<View>
        label="What is compared"
        value={view}
        onChange={setView}
        tabs={[
          { value: 'theirs', label: `What ${who} changed` },
          { value: 'mine', label: 'What you changed' },
          { value: 'between', label: 'From theirs to yours' },
        ]}
      />
      <div className={css['compare']} tabIndex={0} role="group" aria-label="Differences">
        {before.isError ? <ErrorState compact what="load the version you began with" error={before.error} onRetry={() => void before.refetch()} /> : before.isLoading ? <Skeleton height={80} /> : <DiffView diff={diff} media={media} />}
      </div>
    </Dialog>
  );
}
