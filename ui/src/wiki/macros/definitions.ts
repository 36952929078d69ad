import type { AdfNode } from '../../api';
import type { IconName } from '../../kit';

export interface MacroParam {
  name: string;
  label: string;
  hint?: string;
  required?: boolean;
  kind?: 'text' | 'number' | 'page' | 'choice' | 'flag';
  choices?: readonly { value: string; label: string }[];
}

export interface MacroDefinition {
  key: string;
  label: string;
  note: string;
  words?: string;
  icon: IconName;
  type: 'extension' | 'bodiedExtension';
  params: readonly MacroParam[];
}

/** As macros are told apart from other extensions of a document. */
export const macroType = 'com.atlassian.confluence.macro.core';

const labels: MacroParam = { name: 'cql', label: 'Which pages (CQL)', hint: 'For example label = "decision" and space = "ENG".', required: true };

/** The macros that are offered. Others show too and keep what they have. */
export const macros: readonly MacroDefinition[] = [
  {
    key: 'toc',
    label: 'Table of contents',
    note: 'Headings of this page',
    words: 'outline toc headings',
    icon: 'issues',
    type: 'extension',
    params: [
      { name: 'minLevel', label: 'From level', kind: 'number' },
      { name: 'maxLevel', label: 'To level', kind: 'number' },
    ],
  },
  {
    key: 'children',
    label: 'Child pages',
    note: 'Pages below this one',
    words: 'children subpages list tree',
    icon: 'tree',
    type: 'extension',
    params: [
      { name: 'page', label: 'Below which page', hint: 'This one, when left empty.', kind: 'page' },
      { name: 'depth', label: 'How many levels', kind: 'number' },
      { name: 'all', label: 'All levels', kind: 'flag' },
    ],
  },
  { key: 'include', label: 'Include page', note: 'The text of another page', words: 'transclude embed reuse', icon: 'page', type: 'extension', params: [{ name: '', label: 'Which page', kind: 'page', required: true }] },
  { key: 'excerpt', label: 'Excerpt', note: 'A part other pages can show', words: 'reuse snippet', icon: 'bookmark', type: 'bodiedExtension', params: [{ name: 'name', label: 'Name' }, { name: 'hidden', label: 'Hide it on this page', kind: 'flag' }] },
  {
    key: 'excerpt-include',
    label: 'Show an excerpt',
    note: 'The excerpt of another page',
    words: 'reuse include excerpt',
    icon: 'bookmark',
    type: 'extension',
    params: [
      { name: '', label: 'Of which page', kind: 'page', required: true },
      { name: 'name', label: 'Name of the excerpt' },
      { name: 'nopanel', label: 'Without a frame', kind: 'flag' },
    ],
  },
  { key: 'details', label: 'Page properties', note: 'A table of facts that reports read', words: 'details metadata facts', icon: 'columns', type: 'bodiedExtension', params: [{ name: 'id', label: 'Id' }, { name: 'hidden', label: 'Hide it on this page', kind: 'flag' }] },
  {
    key: 'detailssummary',
    label: 'Page properties report',
    note: 'The facts of many pages in a table',
    words: 'details summary report table',
    icon: 'columns',
    type: 'extension',
    params: [labels, { name: 'headings', label: 'Columns', hint: 'Separated by commas; all when left empty.' }, { name: 'id', label: 'Id of the properties' }],
  },
  {
    key: 'jira',
    label: 'Issues',
    note: 'Issues of the tracker, live',
    words: 'jira issue jql list tracker',
    icon: 'issues',
    type: 'extension',
    params: [
      { name: 'jqlQuery', label: 'Which issues (JQL)', hint: 'For example project = ORC AND resolution IS EMPTY.' },
      { name: 'key', label: 'or one issue by its key' },
      { name: 'maximumIssues', label: 'At most', kind: 'number' },
    ],
  },
  { key: 'attachments', label: 'Attachments', note: 'The files of this page', words: 'files downloads', icon: 'attach', type: 'extension', params: [{ name: 'patterns', label: 'Only names like', hint: 'For example *.pdf' }] },
  {
    key: 'tasks-report-macro',
    label: 'Task report',
    note: 'Tasks of many pages',
    words: 'todo actions tasks report',
    icon: 'check',
    type: 'extension',
    params: [
      { name: 'spaces', label: 'In spaces', hint: 'Keys separated by commas.' },
      { name: 'status', label: 'State', kind: 'choice', choices: [{ value: 'incomplete', label: 'Not done' }, { value: 'complete', label: 'Done' }] },
    ],
  },
  { key: 'contentbylabel', label: 'Pages with a label', note: 'A list by label', words: 'label tag list content', icon: 'tag', type: 'extension', params: [labels, { name: 'max', label: 'At most', kind: 'number' }] },
  { key: 'recently-updated', label: 'Recently updated', note: 'What changed in this space', words: 'changes news activity', icon: 'clock', type: 'extension', params: [{ name: 'max', label: 'At most', kind: 'number' }] },
];

export const definitionOf = (key: unknown): MacroDefinition | undefined => macros.find((macro) => macro.key === key);

type Params = Readonly<Record<string, string>>;

/** The parameters of a macro as texts by name. The nameless one is the first. */
export function paramsOf(node: AdfNode): Record<string, string> {
  const parameters = node.attrs?.['parameters'] as { macroParams?: Record<string, unknown> } | null | undefined;
  const found: Record<string, string> = {};
  for (const [name, said] of Object.entries(parameters?.macroParams ?? {})) {
    const value = typeof said === 'object' && said !== null && 'value' in said ? said.value : said;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') found[name] = String(value);
  }
  return found;
}

/** The attributes of a macro with other parameters; whatever else it says stays. Empty ones go. */
export function withParams(node: AdfNode, params: Params): Record<string, unknown> {
  const parameters = (node.attrs?.['parameters'] ?? {}) as { macroParams?: Record<string, unknown> };
  const macroParams = Object.fromEntries(
    [...new Set([...Object.keys(parameters.macroParams ?? {}), ...Object.keys(params)])].flatMap((name) => {
      if (!(name in params)) return [[name, parameters.macroParams?.[name]]];
      return params[name] === '' ? [] : [[name, { value: params[name] }]];
    }),
  );
  return { ...node.attrs, parameters: { ...parameters, macroParams } };
}

export function macroNode({ key, type, label }: MacroDefinition, params: Params = {}): AdfNode {
  const attrs = { extensionType: macroType, extensionKey: key, parameters: { macroParams: {}, macroMetadata: { schemaVersion: { value: '1' }, title: label } }, layout: 'default', localId: crypto.randomUUID() };
  const node: AdfNode = { type, attrs, ...(type === 'bodiedExtension' ? { content: [{ type: 'paragraph', content: [] }] } : {}) };
  return { ...node, attrs: withParams(node, params) };
}
