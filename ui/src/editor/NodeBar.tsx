import { findParentNode, getMarkRange, posToDOMRect } from '@tiptap/core';
import type { Node as ProseNode } from '@tiptap/pm/model';
import { NodeSelection } from '@tiptap/pm/state';
import { useEditorState, type Editor } from '@tiptap/react';
import { useState, type ReactElement } from 'react';
import { panelNames, panelTypes, safeHref, statusColors, text } from './adf';
import { writeNode } from './convert';
import css from './Editor.module.css';
import { Floating } from './Floating';
import { languages } from './schema/code';
import { layoutShapes, reshape } from './schema/layout';
import { Tool } from './Tool';
import type { RichTextEditorProps } from './types';

interface Place {
  kind: string;
  at: number;
  node: ProseNode;
}

const around = ['codeBlock', 'table', 'panel', 'bodiedExtension', 'layoutSection'] as const;
const chips = ['status', 'date', 'media', 'inlineCard', 'blockCard', 'embedCard', 'extension', 'inlineExtension', 'bodiedExtension', 'opaqueBlock', 'rule'];

/** The thing at the cursor that has settings: a chip that is selected, a link, or the block around. */
function placeOf(editor: Editor): Place | null {
  const { selection } = editor.state;
  if (selection instanceof NodeSelection) {
    const { node, from } = selection;
    return chips.includes(node.type.name) ? { kind: node.type.name, at: from, node } : null;
  }
  if (selection.empty && editor.isActive('link')) return { kind: 'link', at: selection.from, node: selection.$from.parent };
  const found = findParentNode((node) => (around as readonly string[]).includes(node.type.name))(selection);
  return found ? { kind: found.node.type.name, at: found.pos, node: found.node } : null;
}

/** Settings of the thing at the cursor, beside it. */
export function NodeBar({ editor, hidden, onLink, onEditExtension }: { editor: Editor; hidden: boolean; onLink: () => void; onEditExtension: RichTextEditorProps['onEditExtension'] }): ReactElement | null {
  const [inside, setInside] = useState(false);
  const now = useEditorState({
    editor,
    selector: ({ editor: it }) => ({ place: placeOf(it), focused: it.isFocused, empty: it.state.selection.empty || it.state.selection instanceof NodeSelection || it.isActive('table') }),
    equalityFn: (a, b) => a.focused === b?.focused && a.empty === b.empty && a.place?.kind === b.place?.kind && a.place?.at === b.place?.at && a.place?.node === b.place?.node,
  });
  const { place } = now;
  if (!place || hidden || !now.empty || !(now.focused || inside)) return null;
  const rect = (): DOMRect | null => {
    if (place.kind === 'link') {
      const type = editor.schema.marks['link'];
      const range = type && getMarkRange(editor.state.selection.$from, type);
      return range ? posToDOMRect(editor.view, range.from, range.to) : null;
    }
    const dom = editor.view.nodeDOM(place.at);
    return dom instanceof HTMLElement ? dom.getBoundingClientRect() : null;
  };
  const block = (around as readonly string[]).includes(place.kind);
  return (
    <Floating
      key={`${place.kind}${place.kind === 'link' ? '' : place.at}`}
      placement={block ? 'top-end' : 'bottom-start'}
      context={editor.view.dom}
      rect={rect}
      onFocus={() => setInside(true)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setInside(false)}
    >
      <div className={css['bar']} role="toolbar" aria-label={labels[place.kind] ?? 'Settings'}>
        <Settings editor={editor} place={place} onLink={onLink} onEditExtension={onEditExtension} />
      </div>
    </Floating>
  );
}

const labels: Readonly<Record<string, string>> = { status: 'Status', date: 'Date', media: 'File', link: 'Link', codeBlock: 'Code block', table: 'Table', panel: 'Panel', inlineCard: 'Link', blockCard: 'Link', embedCard: 'Link', extension: 'Macro', inlineExtension: 'Macro', bodiedExtension: 'Macro', layoutSection: 'Columns', opaqueBlock: 'Block', rule: 'Divider' };

function Settings({ editor, place, onLink, onEditExtension }: { editor: Editor; place: Place; onLink: () => void; onEditExtension: RichTextEditorProps['onEditExtension'] }): ReactElement {
  const { kind, at, node } = place;
  const set = (name: string, value: unknown) => {
    const { tr } = editor.state;
    tr.setNodeAttribute(at, name, value);
    if (node.isAtom) tr.setSelection(NodeSelection.create(tr.doc, at));
    editor.view.dispatch(tr);
  };
  const remove = () => editor.chain().focus().deleteRange(rangeToRemove(editor, place)).run();
  if (kind === 'table') return <TableTools editor={editor} />;
  if (kind === 'link') return <LinkTools editor={editor} onLink={onLink} />;
  return (
    <>
      {kind === 'status' && (
        <>
          <input
            className={css['barInput']}
            aria-label="Words of the status"
            placeholder="Status"
            maxLength={60}
            autoFocus={text(node.attrs['text']) === ''}
            value={text(node.attrs['text'])}
            onChange={(event) => set('text', event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'Escape') return;
              event.preventDefault();
              event.stopPropagation();
              editor.chain().focus().setTextSelection(at + 1).run();
            }}
          />
          {statusColors.map((color) => (
            <Tool key={color} label={`${color[0]?.toUpperCase() ?? ''}${color.slice(1)}`} pressed={node.attrs['color'] === color} onPress={() => set('color', color)}>
              <span className={css['dot']} data-color={color} />
            </Tool>
          ))}
        </>
      )}
      {kind === 'date' && (
        <input
          className={css['barInput']}
          type="date"
          aria-label="Day"
          value={new Date(Number(node.attrs['timestamp']) || 0).toISOString().slice(0, 10)}
          onChange={(event) => event.currentTarget.valueAsNumber >= 0 && set('timestamp', String(event.currentTarget.valueAsNumber))}
        />
      )}
      {kind === 'codeBlock' && (
        <>
          <input className={css['barInput']} list="editor-languages" aria-label="Language" placeholder="Language" value={text(node.attrs['language'])} onChange={(event) => set('language', event.currentTarget.value.trim().toLowerCase() || null)} />
          <datalist id="editor-languages">
            {languages.map((language) => (
              <option key={language} value={language} />
            ))}
          </datalist>
        </>
      )}
      {kind === 'panel' &&
        panelTypes.map((type) => (
          <Tool key={type} label={panelNames[type] ?? type} pressed={node.attrs['panelType'] === type} onPress={() => set('panelType', type)}>
            <span className={css['panelDot']} data-panel={type} />
          </Tool>
        ))}
      {kind === 'layoutSection' &&
        layoutShapes.map(({ label, widths }) => (
          <Tool key={label} label={label} pressed={sameShape(node, widths)} onPress={() => reshape(editor, at, widths)}>
            <span className={css['shape']}>
              {widths.map((width, i) => (
                <i key={i} style={{ flexGrow: width }} />
              ))}
            </span>
          </Tool>
        ))}
      {/extension$/i.test(kind) && onEditExtension && (
        <Tool label="Edit macro" onPress={() => void editExtension(editor, at, onEditExtension)}>
          <span className={css['toolText']}>Edit</span>
        </Tool>
      )}
      {/card$/i.test(kind) && safeHref(node.attrs['url']) !== null && (
        <a className={css['address']} href={safeHref(node.attrs['url']) ?? ''} target="_blank" rel="noopener noreferrer">
          {text(node.attrs['url']).replace(/^https?:\/\//, '')}
        </a>
      )}
      {kind !== 'status' && kind !== 'date' && <Tool glyph="trash" label={`Remove ${(labels[kind] ?? 'this').toLowerCase()}`} onPress={remove} />}
    </>
  );
}

function sameShape(section: ProseNode, widths: readonly number[]): boolean {
  return section.childCount === widths.length && widths.every((width, i) => Math.abs(Number(section.child(i).attrs['width']) - width) < 1);
}

/** Asks the page for other attributes; whatever stands there by then, only the same macro is changed. */
async function editExtension(editor: Editor, at: number, ask: NonNullable<RichTextEditorProps['onEditExtension']>): Promise<void> {
  const node = editor.state.doc.nodeAt(at);
  if (!node) return;
  const attrs = await ask(writeNode(node));
  const now = editor.state.doc.nodeAt(at);
  if (!attrs || editor.isDestroyed || !now || now.type !== node.type || now.attrs['localId'] !== node.attrs['localId']) return;
  const { tr } = editor.state;
  for (const [name, value] of Object.entries(attrs)) if (name in now.attrs) tr.setNodeAttribute(at, name, value);
  editor.view.dispatch(tr);
  editor.commands.focus();
}

/** A picture goes with its frame. */
function rangeToRemove(editor: Editor, { at, node }: Place): { from: number; to: number } {
  const $at = editor.state.doc.resolve(at);
  const frame = node.type.name === 'media' && ($at.parent.type.name === 'mediaSingle' || $at.parent.childCount === 1);
  return frame ? { from: $at.before(), to: $at.after() } : { from: at, to: at + node.nodeSize };
}

function LinkTools({ editor, onLink }: { editor: Editor; onLink: () => void }): ReactElement {
  const href = text(editor.getAttributes('link')['href']);
  const address = safeHref(href);
  return (
    <>
      {address ? (
        <a className={css['address']} href={address} target="_blank" rel="noopener noreferrer">
          {href.replace(/^(https?:\/\/|mailto:)/, '')}
        </a>
      ) : (
        <span className={css['address']}>{href}</span>
      )}
      <Tool label="Edit link" keys="mod+k" onPress={onLink}>
        <span className={css['toolText']}>Edit</span>
      </Tool>
      <Tool glyph="trash" label="Remove link" onPress={() => editor.chain().focus().extendMarkRange('link').unsetMark('link').run()} />
    </>
  );
}

function TableTools({ editor }: { editor: Editor }): ReactElement {
  const run = (command: 'addRowBefore' | 'addRowAfter' | 'deleteRow' | 'addColumnBefore' | 'addColumnAfter' | 'deleteColumn' | 'toggleHeaderRow' | 'deleteTable') => () => editor.chain().focus()[command]().run();
  return (
    <>
      <Tool glyph="header" label="Header row" onPress={run('toggleHeaderRow')} />
      <span className={css['gap']} />
      <Tool glyph="rowAbove" label="Add row above" onPress={run('addRowBefore')} />
      <Tool glyph="rowBelow" label="Add row below" onPress={run('addRowAfter')} />
      <Tool glyph="rowDelete" label="Remove row" onPress={run('deleteRow')} />
      <span className={css['gap']} />
      <Tool glyph="columnBefore" label="Add column before" onPress={run('addColumnBefore')} />
      <Tool glyph="columnAfter" label="Add column after" onPress={run('addColumnAfter')} />
      <Tool glyph="columnDelete" label="Remove column" onPress={run('deleteColumn')} />
      <span className={css['gap']} />
      <Tool glyph="trash" label="Remove table" onPress={run('deleteTable')} />
    </>
  );
}
