import { createContext, useContext } from 'react';
import type { AdfDoc, AdfNode } from '../../api';
import type { FindExtensionView, FindMedia } from '../../editor';
import type { Macro } from '../wire';
import { MacroView } from './MacroView';

export interface MacroContextValue {
  /** The document around the macro, for its headings. */
  doc: AdfDoc | null;
  page: { id: string; spaceKey: string } | null;
  /** What the server says a macro shows. */
  find: (node: AdfNode) => Macro | undefined;
  media?: FindMedia | undefined;
}

export const MacroContext = createContext<MacroContextValue>({ doc: null, page: null, find: () => undefined });
export const useMacros = (): MacroContextValue => useContext(MacroContext);

const view: FindExtensionView = () => MacroView;

/** Draws the macros of a text. */
export const useMacroView = (): FindExtensionView => view;

/** The server names macros by their place; the page draws nodes. */
export function macrosByNode(doc: AdfDoc | null, macros: readonly Macro[]): Map<AdfNode, Macro> {
  const found = new Map<AdfNode, Macro>();
  for (const macro of macros) {
    let node: AdfNode | AdfDoc | undefined = doc ?? undefined;
    for (const index of macro.path) node = node?.content?.[index];
    if (node && node.type !== 'doc') found.set(node as AdfNode, macro);
  }
  return found;
}
