import { createElement, type ComponentType, type ReactElement, type ReactNode } from 'react';
import type { AdfNode } from '../api';
import { Icon, type IconName } from '../kit';
import { text } from './adf';

/** What the owner of an extension (a macro) draws it with, at rest and in the editor. */
export interface ExtensionViewProps {
  /** The node as the document says it: type, attrs with extensionKey and parameters. */
  node: AdfNode;
  /** Where the content of a bodiedExtension stands. */
  body?: ReactNode;
  /** Only in the editor. */
  editing?: ExtensionEditing | undefined;
}

export interface ExtensionEditing {
  selected: boolean;
  /** Changes attributes, e.g. `{ parameters: {…} }`. */
  update: (attrs: Record<string, unknown>) => void;
  remove: () => void;
}

/** The component for an extension; null when it is not known. It must give the same component every time. */
export type FindExtensionView = (attrs: Readonly<Record<string, unknown>>) => ComponentType<ExtensionViewProps> | null;

/** What a smart link shows of its target. */
export interface CardInfo {
  title: string;
  icon?: IconName;
  /** After the title: a status, a space. */
  note?: string;
  tone?: 'neutral' | 'blue' | 'green' | 'yellow' | 'red';
  /** A second line of a card that is a block. */
  summary?: string;
}

/** Finds what an address leads to; null when that is not known here. Answers are kept for some minutes. */
export type ResolveCard = (url: string) => Promise<CardInfo | null>;

/** What an extension is called when nobody draws it. */
export const extensionName = (node: AdfNode): string => text(node.attrs?.['text']) || text((node.attrs?.['parameters'] as { extensionTitle?: unknown } | undefined)?.extensionTitle) || text(node.attrs?.['extensionKey']) || 'Extension';

/** An extension by the component of its owner, or, unknown, its name; its content always shows. */
export function ExtensionFrame({ node, find, body, editing }: { node: AdfNode; find: FindExtensionView | undefined; body?: ReactNode; editing?: ExtensionEditing }): ReactElement {
  const found = find?.(node.attrs ?? {});
  if (found) return createElement(found, { node, body, editing });
  if (node.type === 'inlineExtension') return <span data-node="unknown">{extensionName(node)}</span>;
  return (
    <div data-node="block">
      <div data-part="label">
        <Icon name="plug" size={12} /> {extensionName(node)}
      </div>
      {body}
    </div>
  );
}
