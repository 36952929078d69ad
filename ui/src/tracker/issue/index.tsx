import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type DragEvent, type MouseEvent, type ReactElement, type ReactNode } from 'react';
import { ApiError, boot, siteUrl } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, Icon, Skeleton, topLayer, useSlow } from '../../kit';
import { Page } from '../../shell';
import { visitProject } from '../recent';
import { projectQuery } from '../queries';
import { Activity } from './Activity';
import { AttachButton, Attachments, useSend } from './Attachments';
import { Children } from './Children';
import { IssueContextValue, useIssue, type IssueContext } from './context';
import { useEdit } from './edit';
import { Actions, KeyLine } from './Head';
import css from './Issue.module.css';
import { Links } from './Links';
import { RemoteLinks } from './RemoteLinks';
import { attachmentOf, useAttachments, useFindMedia, useUpload } from './media';
import { otherFields } from './model';
import { Preview } from './Preview';
import { Properties } from './Properties';
import { issueQuery } from './queries';
import { RichField } from './RichField';
import { Summary } from './Summary';
import type { FullIssue } from './wire';

export interface IssueViewProps {
  issueKey: string;
  /** `page` has the top line of a page; the others stand in a frame that has one. */
  mode: 'page' | 'panel' | 'peek';
}

/** An issue with everything that can be read and changed about it. */
export function IssueView({ issueKey, mode }: IssueViewProps): ReactElement | null {
  const issue = useQuery(issueQuery(issueKey));
  const slow = useSlow(issue.isPending);
  if (issue.data && !(issue.error instanceof ApiError && issue.error.status === 404)) return <Loaded issue={issue.data} mode={mode} />;
  const state = issue.isError ? <Missing issueKey={issueKey} error={issue.error} onRetry={() => void issue.refetch()} /> : slow ? <IssueSkeleton /> : null;
  return mode === 'page' ? <Frame issueKey={issueKey}>{state}</Frame> : state;
}

function Missing({ issueKey, error, onRetry }: { issueKey: string; error: Error; onRetry: () => void }): ReactElement {
  const status = error instanceof ApiError ? error.status : null;
  if (status === 404) {
    return (
      <EmptyState icon="search" title={`There is no ${issueKey} here`} action={<Link to="/issues">Search the issues</Link>}>
        It may have been deleted, or it lies where you may not look.
      </EmptyState>
    );
  }
  if (status === 403) {
    return (
      <EmptyState icon="shield" title={`You may not see ${issueKey}`}>
        Ask somebody who administers the project to let you in.
      </EmptyState>
    );
  }
  if (status === 0) {
    return (
      <EmptyState icon="offline" title={`${issueKey} is not here while you are offline`}>
        It appears by itself when the server answers again.
      </EmptyState>
    );
  }
  return <ErrorState what={`load ${issueKey}`} error={error} onRetry={onRetry} />;
}

/** The page around the issue: where it stands at the left, what can be done at the right. */
function Frame({ issueKey, title, here, actions, children }: { issueKey: string; title?: string; here?: ReactNode; actions?: ReactNode; children: ReactNode }): ReactElement {
  const projectKey = issueKey.replace(/-\d+$/, '');
  const { data: project } = useQuery(projectQuery(projectKey));
  useEffect(() => {
    if (project) visitProject({ key: project.key, name: project.name });
  }, [project]);
  return (
    <Page
      title={title ? `${issueKey} ${title}` : issueKey}
      head={
        <Breadcrumb heading={false}>
          {[
            <Link key="project" to="/projects/$key" params={{ key: projectKey }}>
              {project?.name ?? projectKey}
            </Link>,
            here ?? issueKey,
          ]}
        </Breadcrumb>
      }
      actions={actions}
    >
      <div className={css['scroller']}>{children}</div>
    </Page>
  );
}

function Loaded({ issue, mode }: { issue: FullIssue; mode: IssueViewProps['mode'] }): ReactElement {
  const { key } = issue;
  const [active, setActive] = useState<string | null>(null);
  const [previewed, setPreviewed] = useState<string | null>(null);
  const edit = useEdit(key);
  const upload = useUpload(key);
  const attachments = useAttachments(issue.fields['attachment']);
  const findMedia = useFindMedia(attachments);
  const context = useMemo<IssueContext>(
    () => ({
      issue,
      issueKey: key,
      project: issue.fields.project?.key ?? key.replace(/-\d+$/, ''),
      mode,
      edit,
      meta: (field) => issue.editmeta?.fields[field],
      active,
      setActive,
      attachments,
      findMedia,
      upload,
      preview: (id) => setPreviewed(attachmentOf(attachments, { id })?.id ?? null),
    }),
    [issue, key, mode, edit, active, attachments, findMedia, upload],
  );
  return (
    <IssueContextValue value={context}>
      {mode === 'page' ? (
        <Frame issueKey={key} title={issue.fields.summary} here={<KeyLine />} actions={<Actions />}>
          <Record />
        </Frame>
      ) : (
        <>
          <div className={css['panelHead']}>
            <KeyLine />
            <Actions />
          </div>
          <Record />
        </>
      )}
      {previewed !== null && <Preview attachments={attachments} id={previewed} onShow={setPreviewed} onClose={() => setPreviewed(null)} />}
    </IssueContextValue>
  );
}

/** Files that are dropped or pasted anywhere on the issue become attachments; the editor takes its own. */
function useFileDrop(): { over: boolean; handlers: Record<string, (event: never) => void> } {
  const { upload } = useIssue();
  const send = useSend(upload);
  const [depth, setDepth] = useState(0);
  const sendLatest = useRef(send);
  useEffect(() => {
    sendLatest.current = send;
  });
  useEffect(() => {
    // Pasting with nothing in focus happens to the body, not to the issue.
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.defaultPrevented || files.length === 0 || topLayer() !== 0 || target.closest('[contenteditable="true"], input, textarea')) return;
      event.preventDefault();
      sendLatest.current(files);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
  const carries = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const inEditor = (event: DragEvent) => event.target instanceof Element && event.target.closest('[contenteditable="true"], input, textarea') !== null;
  return {
    over: depth > 0,
    handlers: {
      onDragEnter: (event: DragEvent) => carries(event) && setDepth((before) => before + 1),
      onDragLeave: (event: DragEvent) => carries(event) && setDepth((before) => Math.max(0, before - 1)),
      onDragOver: (event: DragEvent) => carries(event) && event.preventDefault(),
      onDrop: (event: DragEvent) => {
        setDepth(0);
        if (!carries(event) || event.defaultPrevented || inEditor(event)) return;
        event.preventDefault();
        send([...event.dataTransfer.files]);
      },
    },
  };
}

function Record(): ReactElement {
  const { issue, active } = useIssue();
  const { over, handlers } = useFileDrop();
  const follow = useFollowLinks();
  const { rich } = otherFields(issue.editmeta?.fields ?? {});
  const environment = rich.filter(([id]) => id === 'environment' && issue.fields[id]);
  const texts = [...environment, ...rich.filter(([id]) => id !== 'environment')].filter(([id, meta]) => issue.fields[id] || meta.required || active === id);
  return (
    <article className={css['record']} aria-label={`${issue.key} ${issue.fields.summary}`} {...handlers}>
      <div className={css['columns']}>
        <div className={css['head']}>
          <Summary />
        </div>
        <aside className={css['side']} aria-label="Properties">
          <Properties />
        </aside>
        <div className={css['main']} onClick={follow}>
          <section aria-label="Description">
            <RichField field="description" name="Description" invitation="Add a description…" />
          </section>
          {texts.map(([id, meta]) => (
            <section key={id} aria-label={meta.name}>
              <h2 className={css['fieldName']}>{meta.name}</h2>
              <RichField field={id} name={meta.name} invitation={`Add ${meta.name.toLowerCase()}…`} />
            </section>
          ))}
          <Additions />
          <Attachments />
          <Children />
          <Links />
          <RemoteLinks />
          <Activity />
        </div>
      </div>
      <AttachButton quiet />
      {over && (
        <div className={css['drop']}>
          <span>
            <Icon name="attach" /> Drop to attach to {issue.key}
          </span>
        </div>
      )}
    </article>
  );
}

/** What can be added, in sight of those who do not know the keys. */
function Additions(): ReactElement {
  const { issue, setActive, meta } = useIssue();
  const level = issue.fields.issuetype.hierarchyLevel ?? (issue.fields.issuetype.subtask ? -1 : 0);
  return (
    <div className={css['additions']} role="group" aria-label="Add">
      {meta('summary') && (
        <Button size="s" variant="subtle" icon="attach" onClick={() => document.getElementById('attach-files')?.click()}>
          Attach
        </Button>
      )}
      {level >= 0 && (
        <Button size="s" variant="subtle" icon="plus" onClick={() => setActive('child')}>
          {level > 0 ? 'Child issue' : 'Sub-task'}
        </Button>
      )}
      <Button size="s" variant="subtle" icon="link" onClick={() => setActive('link')}>
        Link
      </Button>
    </div>
  );
}

/** Links in texts that stay on this site are followed without loading the page anew. */
function useFollowLinks(): (event: MouseEvent) => void {
  const navigate = useNavigate();
  return (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a') : null;
    if (!anchor || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const { origin, pathname, search, hash } = anchor;
    // Other paths are files, or pages for the public.
    if (origin !== location.origin || !['/browse/', '/projects/', '/wiki/spaces/', '/oncall/', '/statuspages/'].some((start) => pathname.startsWith(siteUrl(start)))) return;
    event.preventDefault();
    void navigate({ to: pathname.slice(boot.basePath.length) + search + hash });
  };
}

function IssueSkeleton(): ReactElement {
  return (
    <div className={css['record']} role="status" aria-label="Loading the issue">
      <div className={css['columns']}>
        <div className={css['head']}>
          <Skeleton width="62%" height={24} />
        </div>
        <div className={css['side']}>
          <Skeleton width={120} height={32} />
          {[0, 1, 2, 3, 4].map((i) => (
            <div key={i} className={css['skeletonRow']}>
              <Skeleton width={72} />
              <Skeleton width={`${30 + ((i * 13) % 25)}%`} />
            </div>
          ))}
        </div>
        <div className={css['main']}>
          <div className={css['skeletonText']}>
            {[92, 86, 95, 40].map((width) => (
              <Skeleton key={width} width={`${width}%`} />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}
