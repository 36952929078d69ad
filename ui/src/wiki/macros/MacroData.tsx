import { Link } from '@tanstack/react-router';
import { useMemo, type ReactElement, type ReactNode } from 'react';
import { siteUrl, type AdfNode } from '../../api';
import { RichTextView, sizeText } from '../../editor';
import { dateText, Icon, IssueTypeIcon, StatusLozenge, type Category } from '../../kit';
import { MacroContext, macrosByNode, useMacros, useMacroView } from './context';
import type { BodyData, FilesData, IssuesData, LabelsData, PageRef, PagesData, ReportData, TasksData } from './data';
import css from './Macros.module.css';

interface MacroDataProps {
  node: AdfNode;
  macroKey: string;
  name: string;
  params: Record<string, string>;
  body?: ReactNode;
  inline: boolean;
}

/** A macro that shows what the server worked out for it. */
export function MacroData({ node, macroKey, name, params, body, inline }: MacroDataProps): ReactElement {
  const macro = useMacros().find(node);
  if (macro?.error) {
    return inline ? (
      <span className={css['chip']}>{macro.error}</span>
    ) : (
      <div className={css['failed']}>
        <Icon name="warning" size={14} /> <span>{macro.error}</span>
      </div>
    );
  }
  const data = macro?.data;
  const Shown = data === undefined || data === null ? undefined : views[macroKey];
  if (Shown) return <Shown data={data} params={params} />;
  if (inline) {
    return (
      <span className={css['chip']}>
        <Icon name="plug" size={12} /> {name}
      </span>
    );
  }
  return (
    <div className={css['card']} data-body={body !== undefined || undefined}>
      <div className={css['cardHead']}>
        <Icon name="plug" size={14} /> <b>{name}</b> <span>{macro || body ? '' : 'is kept, but cannot be shown here'}</span>
      </div>
      {body}
    </div>
  );
}

interface ViewProps {
  data: unknown;
  params: Record<string, string>;
}

function PageLink({ page }: { page: PageRef }): ReactElement {
  return <Link to={page.url}>{page.title || 'Untitled'}</Link>;
}

function PageList({ pages, dated }: { pages: readonly PageRef[]; dated: boolean }): ReactElement {
  return (
    <ul className={css['pages']}>
      {pages.map((page) => (
        <li key={page.id}>
          <Icon name="page" size={14} /> <PageLink page={page} /> {dated && <small>{[page.updatedBy, dateText(Date.parse(page.updatedAt))].filter(Boolean).join(' · ')}</small>}
          {page.excerpt && <div className={css['quiet']}>{page.excerpt}</div>}
          {page.children && page.children.length > 0 && <PageList pages={page.children} dated={dated} />}
        </li>
      ))}
    </ul>
  );
}

const pagesView = (dated: boolean, none: string) =>
  function Pages({ data }: ViewProps): ReactElement {
    const pages = (data as PagesData).pages ?? [];
    return pages.length === 0 ? <p className={css['none']}>{none}</p> : <PageList pages={pages} dated={dated} />;
  };

/** The text of another page, with its own macros in it. */
function Included({ data }: ViewProps): ReactElement {
  const { body, macros, panel, page } = data as BodyData;
  const outer = useMacros();
  const extensionView = useMacroView();
  const inner = useMemo(() => {
    const byNode = macrosByNode(body, macros ?? []);
    return { ...outer, doc: body, find: (node: AdfNode) => byNode.get(node) };
  }, [body, macros, outer]);
  return (
    <MacroContext value={inner}>
      <div className={panel ? css['framed'] : css['included']} data-foreign="true">
        {panel && (
          <div className={css['source']}>
            <PageLink page={page} />
          </div>
        )}
        <RichTextView doc={body} anchors media={outer.media} extensionView={extensionView} headingOffset={1} />
      </div>
    </MacroContext>
  );
}

function Report({ data }: ViewProps): ReactElement {
  const { columns, rows } = data as ReportData;
  const extensionView = useMacroView();
  if (rows.length === 0) return <p className={css['none']}>No page with properties fits.</p>;
  return (
    <div className={css['scroll']} tabIndex={0} role="group" aria-label="Page properties report" data-foreign="true">
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">Page</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.page.id}>
              <td>
                <PageLink page={row.page} />
              </td>
              {columns.map((column, i) => (
                <td key={column}>
                  <RichTextView doc={row.values[i]} extensionView={extensionView} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const categoryOf = (said: string): Category => (said === 'done' || said === 'indeterminate' ? said : 'new');

function Issues({ data }: ViewProps): ReactElement {
  const { issues, total, jql, single } = data as IssuesData;
  const list = issues ?? [];
  const [only] = list;
  if (single && only) {
    return (
      <span className={css['chip']}>
        <IssueTypeIcon name={only.type} size={14} />
        <Link to="/browse/$key" params={{ key: only.key }}>
          {only.key}
        </Link>
        {only.summary} <StatusLozenge name={only.status} category={categoryOf(only.statusCategory)} />
      </span>
    );
  }
  if (list.length === 0) return <p className={css['none']}>No issues match.</p>;
  return (
    <div className={css['scroll']} tabIndex={0} role="group" aria-label="Issues">
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Summary</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {list.map((issue) => (
            <tr key={issue.key}>
              <td style={{ whiteSpace: 'nowrap' }}>
                <Link to="/browse/$key" params={{ key: issue.key }}>
                  {issue.key}
                </Link>
              </td>
              <td>{issue.summary}</td>
              <td>
                <StatusLozenge name={issue.status} category={categoryOf(issue.statusCategory)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={css['quiet']}>
        {list.length < total ? `${list.length} of ${total.toLocaleString()} issues` : `${total.toLocaleString()} ${total === 1 ? 'issue' : 'issues'}`}
        {jql && (
          <>
            {' · '}
            <Link to="/issues" search={{ jql }}>
              Open in the tracker
            </Link>
          </>
        )}
      </div>
    </div>
  );
}

function Files({ data }: ViewProps): ReactElement {
  const files = (data as FilesData).files ?? [];
  if (files.length === 0) return <p className={css['none']}>No files yet.</p>;
  return (
    <ul className={css['pages']}>
      {files.map((file) => (
        <li key={file.id}>
          <Icon name={file.mimeType.startsWith('image/') ? 'image' : 'file'} size={14} />{' '}
          <a href={siteUrl(file.url)} target="_blank" rel="noopener noreferrer">
            {file.name}
          </a>{' '}
          <small>
            {sizeText(file.size)} · {file.createdBy} · {dateText(Date.parse(file.createdAt))}
          </small>
        </li>
      ))}
    </ul>
  );
}

function Tasks({ data }: ViewProps): ReactElement {
  const tasks = (data as TasksData).tasks ?? [];
  if (tasks.length === 0) return <p className={css['none']}>No tasks.</p>;
  return (
    <ul className={css['pages']}>
      {tasks.map((task) => (
        <li key={`${task.page.id}-${task.localId}`} className={css['task']} data-done={task.done}>
          <Icon name={task.done ? 'check' : 'clock'} size={14} />
          <span>
            {task.text}{' '}
            <small>
              {[task.assignee, task.dueAt && `due ${dateText(Date.parse(task.dueAt))}`].filter(Boolean).join(' · ')} <PageLink page={task.page} />
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Labels({ data }: ViewProps): ReactElement {
  return (
    <p>
      {(data as LabelsData).labels.map((label, i) => (
        <span key={label}>
          {i > 0 && ', '}
          <Link to="/wiki/search" search={{ label }}>
            {label}
          </Link>
        </span>
      ))}
    </p>
  );
}

const children = pagesView(false, 'No pages below this one.');
const dated = pagesView(true, 'No pages fit.');

const views: Readonly<Record<string, (props: ViewProps) => ReactElement>> = {
  children,
  pagetree: children,
  'recently-updated': dated,
  contentbylabel: dated,
  'blog-posts': dated,
  include: Included,
  'excerpt-include': Included,
  detailssummary: Report,
  jira: Issues,
  jiraissues: Issues,
  attachments: Files,
  gallery: Files,
  'tasks-report-macro': Tasks,
  'tasks-report': Tasks,
  'labels-list': Labels,
};
