import { createElement, Fragment, useMemo, useState, type ReactElement, type ReactNode } from 'react';
import type { AdfDoc, AdfNode } from '../api';
import { Icon } from '../kit';
import { dayText, panelNames, text, toneOf, type FindMedia } from './adf';
import { Anchor, BlockCard, InlineCard } from './Card';
import { ExtensionFrame, type FindExtensionView, type ResolveCard } from './guests';
import { docHeadings } from './headings';
import { MediaView } from './MediaView';
import css from './RichText.module.css';

export interface RichTextViewProps {
  doc: AdfDoc | AdfNode | null | undefined;
  /** Finds the file that a media node means. */
  media?: FindMedia | undefined;
  /** Opens a picture large. */
  onOpenMedia?: ((id: string) => void) | undefined;
  /** Ticks a task; without it tasks only show. */
  onTask?: ((localId: string, done: boolean) => void) | undefined;
  /** Who reads, to mark where they are mentioned. */
  accountId?: string | undefined;
  /** Draws macros. */
  extensionView?: FindExtensionView | undefined;
  /** Says what smart links lead to. */
  resolveCard?: ResolveCard | undefined;
  /** The level of the page's heading above the text; the text's begin below it. 1 unless given. */
  headingOffset?: number | undefined;
  /** Gives headings the ids of docHeadings, for an outline and links. */
  anchors?: boolean | undefined;
  /** Ids of inline comments that are to be seen, and what happens when one is pressed. */
  annotations?: ReadonlySet<string> | undefined;
  onAnnotation?: ((id: string) => void) | undefined;
}

interface Context extends Omit<RichTextViewProps, 'doc' | 'anchors'> {
  headings?: ReadonlyMap<AdfNode, { depth: number; id: string | undefined }> | undefined;
}

/**
 * Draws a document as React elements: no markup of the document ever becomes
 * HTML, and only http, https and mailto links can be followed. It is light, so
 * it is part of the page; the editor itself comes later.
 */
export function RichTextView({ doc, anchors = false, ...context }: RichTextViewProps): ReactElement | null {
  const { media, onOpenMedia, onTask, accountId, extensionView, resolveCard, headingOffset, annotations, onAnnotation } = context;
  const drawn = useMemo(() => {
    if (!doc) return null;
    const headings = new Map(docHeadings(doc).map((heading) => [heading.node, { depth: heading.depth, id: anchors ? heading.id : undefined }]));
    return children(doc as AdfNode, { media, onOpenMedia, onTask, accountId, extensionView, resolveCard, headingOffset, annotations, onAnnotation, headings });
  }, [doc, anchors, media, onOpenMedia, onTask, accountId, extensionView, resolveCard, headingOffset, annotations, onAnnotation]);
  if (!doc) return null;
  return <div className={css['content']}>{drawn}</div>;
}

/** A node inside the editor that only the view knows how to draw. */
export function NodeView({ node, media }: { node: AdfNode; media?: FindMedia | undefined }): ReactElement {
  return <>{draw(node, { media })}</>;
}

function children(node: AdfNode, context: Context): ReactNode {
  return (node.content ?? []).map((child, i) => <Fragment key={i}>{draw(child, context)}</Fragment>);
}

function draw(node: AdfNode, context: Context): ReactNode {
  const renderer = renderers[node.type];
  if (renderer) return renderer(node, context);
  // A kind of node from a later day: its contents are better than nothing.
  if (node.content) return <div data-node="unknown">{children(node, context)}</div>;
  const label = text(node.attrs?.['text']) || text(node.attrs?.['title']) || text(node.attrs?.['extensionKey']) || node.type;
  return <span data-node="unknown">{label}</span>;
}

/** Alignment and indentation are marks of the block. */
function blockStyle(node: AdfNode): { 'data-align'?: string; 'data-indent'?: string } {
  const align = text(node.marks?.find((mark) => mark.type === 'alignment')?.attrs?.['align']);
  const indent = text(node.marks?.find((mark) => mark.type === 'indentation')?.attrs?.['level']);
  return { ...(align ? { 'data-align': align } : {}), ...(indent ? { 'data-indent': indent } : {}) };
}

/** Tables and code stand on a line of their own, so what is inside a span must stay inline. */
function marked(node: AdfNode, inside: ReactNode, context: Context): ReactNode {
  let drawn = inside;
  // The link is outermost, so that one link stays one link.
  const marks = [...(node.marks ?? [])].sort((a, b) => Number(a.type === 'link') - Number(b.type === 'link'));
  for (const { type, attrs } of marks) {
    if (type === 'strong') drawn = <strong>{drawn}</strong>;
    else if (type === 'em') drawn = <em>{drawn}</em>;
    else if (type === 'underline') drawn = <u>{drawn}</u>;
    else if (type === 'strike') drawn = <s>{drawn}</s>;
    else if (type === 'code') drawn = <code>{drawn}</code>;
    else if (type === 'subsup') drawn = attrs?.['type'] === 'sup' ? <sup>{drawn}</sup> : <sub>{drawn}</sub>;
    else if (type === 'textColor') drawn = <span data-tone={toneOf(attrs?.['color']) ?? undefined}>{drawn}</span>;
    else if (type === 'backgroundColor') drawn = <span data-ground={toneOf(attrs?.['color']) ?? undefined}>{drawn}</span>;
    else if (type === 'annotation') drawn = <Annotation id={text(attrs?.['id'])} context={context}>{drawn}</Annotation>;
    else if (type === 'link') drawn = <Anchor href={attrs?.['href']}>{drawn}</Anchor>;
  }
  return drawn;
}

/** Words with an inline comment; plain words when the comment is not to be seen. */
function Annotation({ id, context, children: inside }: { id: string; context: Context; children: ReactNode }): ReactElement {
  if (!context.annotations?.has(id)) return <>{inside}</>;
  const open = () => context.onAnnotation?.(id);
  return (
    <mark data-annotation={id} role="button" tabIndex={0} title="Words with a comment" onClick={open} onKeyDown={(event) => event.key === 'Enter' && open()}>
      {inside}
    </mark>
  );
}

function CodeBlock({ node }: { node: AdfNode }): ReactElement {
  const [copied, setCopied] = useState(false);
  const code = (node.content ?? []).map((child) => child.text ?? '').join('');
  const language = text(node.attrs?.['language']);
  const copy = () =>
    void navigator.clipboard.writeText(code).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    });
  return (
    <div data-node="code">
      <div data-part="head">
        <span>{language}</span>
        <button type="button" onClick={copy}>
          <Icon name={copied ? 'check' : 'copy'} size={14} />
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <pre tabIndex={0} aria-label={language ? `Code, ${language}` : 'Code'}>
        <code>{code}</code>
      </pre>
    </div>
  );
}

function Table({ node, context }: { node: AdfNode; context: Context }): ReactElement {
  const numbered = node.attrs?.['isNumberColumnEnabled'] === true;
  const rows = node.content ?? [];
  const widths = (rows[0]?.content ?? []).flatMap((cell) => {
    const given = cell.attrs?.['colwidth'];
    const span = Number(cell.attrs?.['colspan'] ?? 1) || 1;
    return Array.from({ length: span }, (_, i) => (Array.isArray(given) && typeof given[i] === 'number' ? (given[i] as number) : null));
  });
  return (
    <div data-node="table" tabIndex={0} role="group" aria-label="Table">
      <table>
        {widths.some((width) => width !== null) && (
          <colgroup>
            {numbered && <col style={{ width: 40 }} />}
            {widths.map((width, i) => (
              <col key={i} style={width === null ? undefined : { width }} />
            ))}
          </colgroup>
        )}
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {numbered && <td data-part="number">{row.content?.every((cell) => cell.type === 'tableHeader') ? '' : i}</td>}
              {(row.content ?? []).map((cell, at) => drawCell(cell, at, context, i === 0))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function drawCell(cell: AdfNode, key: number, context: Context, top: boolean): ReactElement {
  const span = (name: string) => {
    const value = Number(cell.attrs?.[name] ?? 1);
    return Number.isInteger(value) && value > 1 && value < 1000 ? value : undefined;
  };
  const header = cell.type === 'tableHeader';
  const ground = toneOf(cell.attrs?.['background']) ?? undefined;
  return createElement(
    header ? 'th' : 'td',
    { key, colSpan: span('colspan'), rowSpan: span('rowspan'), 'data-ground': ground, ...(header ? { scope: top ? 'col' : 'row' } : {}) },
    children(cell, context),
  );
}

function Task({ node, context }: { node: AdfNode; context: Context }): ReactElement {
  const done = node.attrs?.['state'] === 'DONE';
  const id = text(node.attrs?.['localId']);
  const words = (node.content ?? []).map((child) => child.text ?? text(child.attrs?.['text'])).join('');
  return (
    <li data-node="task" data-done={done}>
      <input
        type="checkbox"
        checked={done}
        disabled={!context.onTask}
        aria-label={words || 'Task'}
        onChange={() => context.onTask?.(id, !done)}
      />
      <div>{children(node, context)}</div>
    </li>
  );
}

/** Where a smart link leads, also when the document carries data instead of an address. */
const cardUrl = (node: AdfNode): string => text(node.attrs?.['url']) || text((node.attrs?.['data'] as { url?: unknown } | undefined)?.url);

const extension: Renderer = (node, context) => (
  <div data-node="extension">
    <ExtensionFrame node={node} find={context.extensionView} body={node.content ? children(node, context) : undefined} />
  </div>
);

type Renderer = (node: AdfNode, context: Context) => ReactNode;

const container =
  (tag: string): Renderer =>
  (node, context) =>
    createElement(tag, blockStyle(node), children(node, context));

const renderers: Readonly<Record<string, Renderer>> = {
  text: (node, context) => marked(node, node.text ?? '', context),
  hardBreak: () => <br />,
  paragraph: (node, context) => <p {...blockStyle(node)}>{node.content?.length ? children(node, context) : <br />}</p>,
  heading: (node, context) => {
    const level = Math.min(6, Math.max(1, Number(node.attrs?.['level']) || 1));
    const place = context.headings?.get(node);
    const rank = Math.min(6, (place?.depth ?? level) + (context.headingOffset ?? 1));
    return createElement(`h${rank}`, { 'data-level': level, id: place?.id, ...blockStyle(node) }, children(node, context));
  },
  bulletList: container('ul'),
  orderedList: (node, context) => {
    const order = Number(node.attrs?.['order'] ?? 1);
    return <ol start={Number.isInteger(order) ? order : 1}>{children(node, context)}</ol>;
  },
  listItem: container('li'),
  taskList: (node, context) => (
    <ul data-node="tasks">
      {(node.content ?? []).map((child, i) =>
        child.type === 'taskList' ? (
          <li key={i} data-node="subtasks">
            {draw(child, context)}
          </li>
        ) : (
          <Fragment key={i}>{draw(child, context)}</Fragment>
        ),
      )}
    </ul>
  ),
  taskItem: (node, context) => <Task node={node} context={context} />,
  blockTaskItem: (node, context) => <Task node={node} context={context} />,
  decisionList: (node, context) => <ul data-node="decisions">{children(node, context)}</ul>,
  decisionItem: (node, context) => (
    <li data-node="decision">
      <span data-part="mark" aria-hidden="true" />
      <div>{children(node, context)}</div>
    </li>
  ),
  blockquote: container('blockquote'),
  codeBlock: (node) => <CodeBlock node={node} />,
  rule: () => <hr />,
  panel: (node, context) => {
    const type = text(node.attrs?.['panelType']);
    return (
      <div data-node="panel" data-panel={panelNames[type] ? type : 'note'}>
        <span className="visually-hidden">{panelNames[type] ?? 'Note'}: </span>
        {children(node, context)}
      </div>
    );
  },
  expand: (node, context) => (
    <details data-node="expand">
      <summary>{text(node.attrs?.['title']) || 'More'}</summary>
      <div>{children(node, context)}</div>
    </details>
  ),
  nestedExpand: (node, context) => renderers['expand']?.(node, context),
  table: (node, context) => <Table node={node} context={context} />,
  layoutSection: (node, context) => <div data-node="layout">{children(node, context)}</div>,
  layoutColumn: (node, context) => <div data-node="column" style={{ flexGrow: Number(node.attrs?.['width']) || 50 }}>{children(node, context)}</div>,
  mediaSingle: (node, context) => (
    <figure data-node="media" data-layout={text(node.attrs?.['layout'])}>
      {children(node, context)}
    </figure>
  ),
  mediaGroup: (node, context) => <div data-node="files">{children(node, context)}</div>,
  media: (node, context) => {
    const drawn = <MediaView attrs={node.attrs ?? {}} find={context.media} onOpen={context.onOpenMedia} />;
    const link = node.marks?.find((mark) => mark.type === 'link');
    return link ? <Anchor href={link.attrs?.['href']}>{drawn}</Anchor> : drawn;
  },
  mediaInline: (node, context) => marked(node, <MediaView attrs={node.attrs ?? {}} find={context.media} onOpen={context.onOpenMedia} inline />, context),
  caption: container('figcaption'),
  mention: (node, context) => {
    const name = text(node.attrs?.['text']).replace(/^@?/, '@');
    const me = context.accountId !== undefined && node.attrs?.['id'] === context.accountId;
    return marked(
      node,
      <span data-node="mention" data-me={me || undefined}>
        {name === '@' ? '@someone' : name}
      </span>,
      context,
    );
  },
  emoji: (node, context) => marked(node, <span role="img" aria-label={text(node.attrs?.['shortName']).replaceAll(':', '')}>{text(node.attrs?.['text']) || text(node.attrs?.['shortName'])}</span>, context),
  date: (node, context) => marked(node, <span data-node="date">{dayText(node.attrs?.['timestamp'])}</span>, context),
  status: (node, context) =>
    marked(
      node,
      <span data-node="status" data-color={text(node.attrs?.['color'])}>
        {text(node.attrs?.['text']) || 'Status'}
      </span>,
      context,
    ),
  placeholder: (node) => <span data-node="unknown">{text(node.attrs?.['text'])}</span>,
  inlineCard: (node, context) => marked(node, <InlineCard url={cardUrl(node)} resolve={context.resolveCard} />, context),
  blockCard: (node, context) => <BlockCard url={cardUrl(node)} resolve={context.resolveCard} />,
  embedCard: (node, context) => <BlockCard url={cardUrl(node)} resolve={context.resolveCard} />,
  extension,
  bodiedExtension: extension,
  inlineExtension: (node, context) => marked(node, <ExtensionFrame node={node} find={context.extensionView} />, context),
};
