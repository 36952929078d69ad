import { Extension, type Editor } from '@tiptap/core';
import { PluginKey } from '@tiptap/pm/state';
import { Suggestion, type SuggestionOptions, type SuggestionProps } from '@tiptap/suggestion';
import type { Insertion } from './insert';

export interface Mentionable {
  accountId: string;
  displayName: string;
}

export type Choice = { kind: 'insert'; insertion: Insertion } | { kind: 'person'; person: Mentionable };

export interface Suggested {
  kind: 'insert' | 'person';
  choices: readonly Choice[];
  active: number;
  loading: boolean;
  rect: () => DOMRect | null;
  pick: (index: number) => void;
}

/** What the list beside the cursor shows now; null while there is none. */
export class SuggestStore {
  private value: Suggested | null = null;
  private readonly listeners = new Set<() => void>();

  get = (): Suggested | null => this.value;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(next: Suggested | null): void {
    this.value = next;
    for (const listener of this.listeners) listener();
  }

  move(to: number): void {
    if (this.value) this.set({ ...this.value, active: to });
  }
}

type Find = (editor: Editor, query: string) => readonly Choice[] | Promise<readonly Choice[]>;

/** Waits this long for the next letter before it asks the server. */
const patience = 120;

/**
 * Shows what `find` gives for the word at the cursor. Answers that come late, to
 * a shorter word, are dropped: Enter must take what is meant by what stands there.
 */
function renderer(store: SuggestStore, kind: Suggested['kind'], find: Find): NonNullable<SuggestionOptions<Choice, Choice>['render']> {
  let asked: string | null = null;
  let wait: ReturnType<typeof setTimeout> | undefined;
  const show = (props: SuggestionProps<Choice, Choice>) => {
    const set = (choices: readonly Choice[], loading: boolean, active = 0) =>
      store.set({
        kind,
        choices,
        loading,
        active: Math.min(active, Math.max(0, choices.length - 1)),
        rect: () => props.clientRect?.() ?? null,
        pick: (index) => {
          const choice = choices[index];
          if (choice) props.command(choice);
        },
      });
    const before = store.get();
    if (asked === props.query && before) return set(before.choices, before.loading, before.active);
    asked = props.query;
    clearTimeout(wait);
    if (kind === 'insert') return set(find(props.editor, props.query) as readonly Choice[], false);
    // Until the answer comes, those known already who still fit.
    const fits = (choice: Choice) => choice.kind === 'person' && choice.person.displayName.toLowerCase().includes(props.query.toLowerCase());
    set((before?.choices ?? []).filter(fits), true);
    wait = setTimeout(
      () =>
        void Promise.resolve(find(props.editor, props.query)).then((choices) => {
          if (asked === props.query && store.get()) set(choices, false);
        }),
      before ? patience : 0,
    );
  };
  return () => ({
    onStart: show,
    onUpdate: show,
    onExit: () => {
      asked = null;
      clearTimeout(wait);
      store.set(null);
    },
    onKeyDown: ({ event }) => {
      const now = store.get();
      if (!now || now.choices.length === 0) return false;
      const count = now.choices.length;
      if (event.key === 'ArrowDown') store.move((now.active + 1) % count);
      else if (event.key === 'ArrowUp') store.move((now.active + count - 1) % count);
      else if (event.key === 'Enter' || event.key === 'Tab') now.pick(now.active);
      else return false;
      event.preventDefault();
      return true;
    },
  });
}

const outsideCode: NonNullable<SuggestionOptions['allow']> = ({ state, range }) => {
  const $at = state.doc.resolve(range.from);
  return $at.parent.type.spec.code !== true && !$at.marks().some((mark) => mark.type.name === 'code');
};

function insertMention(editor: Editor, range: { from: number; to: number }, { accountId, displayName }: Mentionable): void {
  const next = editor.state.doc.textBetween(range.to, Math.min(range.to + 1, editor.state.doc.content.size));
  editor
    .chain()
    .focus()
    .insertContentAt(range, [{ type: 'mention', attrs: { id: accountId, text: `@${displayName}`, accessLevel: '' } }, ...(next === ' ' ? [] : [{ type: 'text', text: ' ' }])])
    .run();
}

/** The lists behind "/" and "@". Both are asked anew for every word. */
export function suggestions(store: SuggestStore, insertions: (editor: Editor, query: string) => Insertion[], people: (query: string) => Promise<Mentionable[]>): Extension {
  return Extension.create({
    name: 'suggestions',
    // Its Enter comes before everybody else's.
    priority: 1_000,
    addProseMirrorPlugins() {
      const { editor } = this;
      return [
        Suggestion<Choice, Choice>({
          editor,
          char: '/',
          pluginKey: new PluginKey('insertions'),
          allow: outsideCode,
          command: ({ editor: into, range, props }) => props.kind === 'insert' && props.insertion.run(into, range),
          render: renderer(store, 'insert', (from, query) => insertions(from, query).map((insertion) => ({ kind: 'insert', insertion }))),
        }),
        Suggestion<Choice, Choice>({
          editor,
          char: '@',
          allowedPrefixes: [' ', '(', '"'],
          pluginKey: new PluginKey('mentions'),
          allow: outsideCode,
          command: ({ editor: into, range, props }) => props.kind === 'person' && insertMention(into, range, props.person),
          render: renderer(store, 'person', async (_from, query) => (await people(query).catch(() => [])).map((person) => ({ kind: 'person', person }))),
        }),
      ];
    },
  });
}
