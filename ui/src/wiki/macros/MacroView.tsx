import type { ReactElement } from 'react';
import { extensionNameOf } from './names';
import { docHeadings, type ExtensionViewProps } from '../../editor';
import { Icon } from '../../kit';
import { useMacros } from './context';
import { definitionOf, paramsOf } from './definitions';
import css from './Macros.module.css';
import { MacroData } from './MacroData';

/** A macro of a page: what it shows at rest, what it is while one writes. */
export function MacroView({ node, body, editing }: ExtensionViewProps): ReactElement {
  const key = String(node.attrs?.['extensionKey'] ?? '');
  const params = paramsOf(node);
  const inline = node.type === 'inlineExtension';
  if (editing) return <Editing nodeName={extensionNameOf(node)} params={params} known={definitionOf(key) !== undefined} icon={definitionOf(key)?.icon ?? 'plug'} body={body} inline={inline} />;
  if (key === 'toc') return <Contents params={params} />;
  if (key === 'anchor') return <span id={params[''] ?? ''} />;
  if (key === 'excerpt' || key === 'details') return params['hidden'] === 'true' ? <></> : <div className={css[key]}>{body}</div>;
  return <MacroData node={node} macroKey={key} name={extensionNameOf(node)} params={params} body={body} inline={inline} />;
}

function Editing({ nodeName, params, known, icon, body, inline }: { nodeName: string; params: Record<string, string>; known: boolean; icon: Parameters<typeof Icon>[0]['name']; body: ExtensionViewProps['body']; inline: boolean }): ReactElement {
  const said = Object.entries(params)
    .filter(([name]) => !name.startsWith('__'))
    .map(([name, value]) => (name === '' ? value : `${name}: ${value}`))
    .join(' · ');
  if (inline) {
    return (
      <span className={css['chip']} contentEditable={false}>
        <Icon name={icon} size={12} /> {nodeName} {said && <small>{said}</small>}
      </span>
    );
  }
  return (
    <div className={css['card']} data-body={body !== undefined || undefined}>
      <div className={css['cardHead']} contentEditable={false}>
        <Icon name={icon} size={14} />
        <b>{nodeName}</b>
        {said && <span>{said}</span>}
        {!known && <span>kept as it is</span>}
      </div>
      {body}
    </div>
  );
}

/** The headings of the page, linked. */
function Contents({ params }: { params: Record<string, string> }): ReactElement {
  const { doc } = useMacros();
  const from = Number(params['minLevel'] ?? 1) || 1;
  const to = Number(params['maxLevel'] ?? 6) || 6;
  const headings = docHeadings(doc).filter(({ level, text }) => level >= from && level <= to && text.trim() !== '');
  if (headings.length === 0) return <p className={css['none']}>This page has no headings yet.</p>;
  const top = Math.min(...headings.map((heading) => heading.level));
  return (
    <nav className={css['toc']} aria-label="Contents of the page">
      <ul>
        {headings.map(({ id, text, level }) => (
          <li key={id} style={{ paddingInlineStart: (level - top) * 16 }}>
            <a href={`#${encodeURIComponent(id)}`}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
