import type { ReactElement } from 'react';
import { siteUrl } from '../../api';
import { Button, Dialog, RelativeTime } from '../../kit';
import { copyText } from '../parts/say';
import type { WikiPage } from '../wire';
import css from './Dialogs.module.css';

/** Facts about a page. */
export function InfoDialog({ page, onClose }: { page: WikiPage; onClose: () => void }): ReactElement {
  const short = page.links.tiny ? location.origin + siteUrl(page.links.tiny) : '';
  const facts: [string, React.ReactNode][] = [
    ['Identifier', page.id],
    ['Space', `${page.space.name} (${page.space.key})`],
    ['Written by', page.author?.displayName ?? 'Somebody'],
    ['Created', <RelativeTime key="c" at={page.createdAt} />],
    ['Last changed by', page.editor?.displayName ?? 'Somebody'],
    ['Changed', <RelativeTime key="u" at={page.updatedAt} />],
    ['Version', `${page.version}${page.versionMessage ? `: ${page.versionMessage}` : ''}`],
    ['Pages below', page.children.toLocaleString()],
    ['Files', page.attachments.toLocaleString()],
    ['Comments', `${page.comments.footer} below, ${page.comments.inlineOpen} open and ${page.comments.inlineResolved} resolved in the text`],
  ];
  return (
    <Dialog
      title={`About ${page.title}`}
      width={520}
      onClose={onClose}
      footer={
        <>
          {short && (
            <Button variant="subtle" icon="link" onClick={() => copyText(short, 'Short link')}>
              Copy short link
            </Button>
          )}
          <Button data-autofocus onClick={onClose}>Close</Button>
        </>
      }
    >
      <dl className={css['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
