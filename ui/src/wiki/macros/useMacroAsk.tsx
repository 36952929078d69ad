import { useMemo, useState, type ReactElement } from 'react';
import { siteUrl, type AdfNode } from '../../api';
import type { CallerInsertion } from '../../editor';
import { definitionOf, macroNode, macros, paramsOf, withParams, type MacroDefinition } from './definitions';
import { LinkPageDialog, MacroDialog } from './MacroDialog';

type Ask =
  | { kind: 'macro'; definition: MacroDefinition; params: Record<string, string>; answer: (params: Record<string, string> | null) => void }
  | { kind: 'link'; answer: (page: { url: string } | null) => void };

/** Macros behind "/", and the form that asks for their parameters. */
export function useMacroAsk(space: string): { insertions: readonly CallerInsertion[]; ask: (node: AdfNode) => Promise<Record<string, unknown> | null>; dialog: ReactElement | null } {
  const [asked, setAsked] = useState<Ask | null>(null);
  const form = (definition: MacroDefinition, params: Record<string, string>) => new Promise<Record<string, string> | null>((answer) => setAsked({ kind: 'macro', definition, params, answer }));
  const insertions = useMemo<readonly CallerInsertion[]>(
    () => [
      {
        id: 'page-link',
        label: 'Link to a page',
        words: 'smart link page reference',
        icon: 'link',
        make: async () => {
          const page = await new Promise<{ url: string } | null>((answer) => setAsked({ kind: 'link', answer }));
          return page && { type: 'inlineCard', attrs: { url: location.origin + siteUrl(page.url) } };
        },
      },
      ...macros.map((definition) => ({
        id: definition.key,
        label: definition.label,
        words: `macro ${definition.key} ${definition.note} ${definition.words ?? ''}`,
        icon: definition.icon,
        make: async () => {
          if (!definition.params.some((param) => param.required) && definition.key !== 'jira') return macroNode(definition);
          const params = await form(definition, {});
          return params && macroNode(definition, params);
        },
      })),
    ],
    [],
  );
  const ask = async (node: AdfNode): Promise<Record<string, unknown> | null> => {
    const known = definitionOf(node.attrs?.['extensionKey']);
    const before = paramsOf(node);
    const definition: MacroDefinition = known ?? { key: '', label: 'Macro', note: '', icon: 'plug', type: 'extension', params: Object.keys(before).map((name) => ({ name, label: name || 'Value' })) };
    const params = await form(definition, before);
    return params && withParams(node, params);
  };
  const done = <T,>(answer: (value: T) => void) => (value: T) => {
    setAsked(null);
    answer(value);
  };
  const dialog =
    asked === null ? null : asked.kind === 'macro' ? (
      <MacroDialog definition={asked.definition} params={asked.params} space={space} onDone={done(asked.answer)} />
    ) : (
      <LinkPageDialog onDone={done(asked.answer)} />
    );
  return { insertions, ask, dialog };
}
