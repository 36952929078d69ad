import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import { api } from '../../api';
import { announce, Button, EmptyState, ErrorState, IconButton, Menu, SkeletonRows, toast } from '../../kit';
import { useCommands } from '../../shell';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { StatusFrame } from '../parts/Frame';
import { componentsQuery, manage, own } from '../queries';
import { refused } from '../say';
import { keys } from '../stale';
import type { Component, Components, ComponentStatus, StatusPage } from '../wire';
import { ComponentDialog, type Editing } from './ComponentDialog';
import css from './Components.module.css';
import { moved, orderOf, placeOf, spoken, stepMove, type Move, type Step } from './model';
import { Row } from './Row';

/** What the page is about: components in groups, as readers see them. */
export function ComponentsPage(): ReactElement {
  const [editing, setEditing] = useState<Editing | null>(null);
  useCommands([
    { id: 'status-component', label: 'Add a component', icon: 'layers', group: 'Status page', run: () => setEditing({ kind: 'component' }) },
    { id: 'status-group', label: 'Add a group of components', icon: 'layers', group: 'Status page', run: () => setEditing({ kind: 'group' }) },
  ]);
  return (
    <StatusFrame
      title="Components"
      crumbs={['Components']}
      actions={() => (
        <>
          <Button variant="primary" icon="plus" onClick={() => setEditing({ kind: 'component' })}>
            Add component
          </Button>
          <Menu trigger={<IconButton icon="more" label="More to add" />} items={[{ label: 'Add a group…', icon: 'layers', onSelect: () => setEditing({ kind: 'group' }) }]} />
        </>
      )}
    >
      {(page) => <Body page={page} editing={editing} setEditing={setEditing} />}
    </StatusFrame>
  );
}

function Body({ page, editing, setEditing }: { page: StatusPage; editing: Editing | null; setEditing: (next: Editing | null) => void }): ReactElement {
  const queries = useQueryClient();
  const list = useQuery(componentsQuery(page.id));
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<Component | null>(null);
  const refocus = useRef<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const key = [...keys.components, page.id];
  const all = list.data?.components ?? [];
  const paint = (components: readonly Component[]) => queries.setQueryData<Components>(key, (old) => (old ? { ...old, components: [...components] } : old));
  const settled = () => Promise.all([keys.components, keys.pages, keys.preview].map((queryKey) => queries.invalidateQueries({ queryKey })));

  const order = useMutation({
    meta: { quiet: true },
    mutationFn: (next: readonly Component[]) => api.post(`${own(page.id)}/components/order`, { order: orderOf(next) }),
    onMutate: async (next) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData<Components>(key)?.components ?? [];
      paint(next);
      return before;
    },
    onError: (error, _next, before) => {
      if (before) paint(before);
      refused('The order', error);
    },
    onSettled: settled,
  });
  const change = useMutation({
    meta: { quiet: true },
    mutationFn: ({ one, patch }: { one: Component; patch: Partial<Pick<Component, 'name' | 'showcase' | 'onlyShowIfDegraded'>> & { status?: ComponentStatus } }) => {
      const fields = { name: patch.name, status: patch.status, showcase: patch.showcase, only_show_if_degraded: patch.onlyShowIfDegraded };
      return one.group ? api.patch(`${manage(page.id)}/component-groups/${one.id}`, { component_group: { name: patch.name } }) : api.patch(`${manage(page.id)}/components/${one.id}`, { component: fields });
    },
    onMutate: async ({ one, patch }) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData<Components>(key)?.components ?? [];
      const apply = (each: Component): Component => (each.id === one.id ? { ...each, ...patch } : each.members ? { ...each, members: each.members.map(apply) } : each);
      paint(before.map(apply));
      return before;
    },
    onError: (error, _patch, before) => {
      if (before) paint(before);
      refused('The component', error);
    },
    onSettled: settled,
  });
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (one: Component) => api.delete(`${manage(page.id)}/${one.group ? 'component-groups' : 'components'}/${one.id}`),
    onSuccess: async (_answer, one) => {
      setDeleting(null);
      toast({ title: `${one.name} removed from the page` });
      await settled();
    },
  });

  const go = (move: Move, byKey: boolean) => {
    const next = moved(all, move);
    if (next === all) {
      announce('It cannot stand there');
      return;
    }
    const group = move.position === 'into' ? move.targetId : (placeOf(next, move.id)?.group ?? '');
    if (closed.has(group)) setClosed(new Set([...closed].filter((id) => id !== group)));
    if (byKey) refocus.current = move.id;
    order.mutate(next);
    announce(spoken(next, move.id));
  };
  const step = (one: Component, way: Step) => {
    const move = stepMove(all, one.id, way);
    if (move) go(move, true);
    else announce('It cannot go further');
  };
  const latest = useRef(go);
  useEffect(() => {
    latest.current = go;
  });
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data['kind'] === 'status-component',
        onDrop: ({ source, location }) => {
          const over = location.current.dropTargets[0]?.data;
          const position = over?.['position'];
          if (position === 'before' || position === 'after' || position === 'into') latest.current({ id: String(source.data['id']), targetId: String(over?.['id']), position }, false);
        },
      }),
    [],
  );
  useEffect(() => (scroller.current ? autoScrollForElements({ element: scroller.current }) : undefined), [list.isPending]);
  // A row that moved is another place in the document; the focus goes with it.
  useLayoutEffect(() => {
    if (refocus.current === null) return;
    document.querySelector<HTMLElement>(`[data-component="${refocus.current}"] [data-part="handle"]`)?.focus();
    refocus.current = null;
  }, [list.data]);

  if (list.isPending) return <SkeletonRows rows={6} height={64} />;
  if (list.isError) return <ErrorState what="load the components" error={list.error} onRetry={() => void list.refetch()} />;
  const row = (one: Component, group: Component | null): ReactElement => (
    <Row
      key={one.id}
      component={one}
      group={group}
      open={!closed.has(one.id)}
      onToggle={() => setClosed(closed.has(one.id) ? new Set([...closed].filter((id) => id !== one.id)) : new Set([...closed, one.id]))}
      onRename={(name) => change.mutate({ one, patch: { name } })}
      onStatus={(status) => {
        const old = one.status;
        change.mutate({ one, patch: { status } });
        toast({ title: `${one.name} was turned`, detail: 'Subscribers are not told; open an incident to tell them.', undo: () => change.mutate({ one, patch: { status: old } }) });
      }}
      onShow={(patch) => change.mutate({ one, patch })}
      onStep={(way) => step(one, way)}
      onEdit={() => setEditing({ kind: one.group ? 'group' : 'component', component: one })}
      onDelete={() => setDeleting(one)}
    />
  );
  return (
    <div ref={scroller} className={css['scroll']}>
      {all.length === 0 ? (
        <EmptyState
          icon="layers"
          title="What can break?"
          action={
            <Button icon="plus" onClick={() => setEditing({ kind: 'component' })}>
              Add component
            </Button>
          }
        >
          List the parts of your service as your readers know them: “Website”, “API”, “Sign-in”. Incidents say which of them are concerned.
        </EmptyState>
      ) : (
        <>
          <ul className={css['list']} aria-label="Components">
            {all.flatMap((one) => [row(one, null), ...(one.group && !closed.has(one.id) ? (one.members ?? []).map((member) => row(member, one)) : [])])}
          </ul>
          <p className={css['foot']}>
            Uptime is {list.data.formula}. Drag by the handle, or focus it and press the arrow keys: up and down move, right puts into a group, left takes out.
          </p>
        </>
      )}
      {editing && <ComponentDialog key={editing.component?.id ?? editing.kind} page={page} components={all} editing={editing} onClose={() => setEditing(null)} />}
      {deleting && (
        <ConfirmDialog danger title={`Remove ${deleting.name}?`} act={deleting.group ? 'Remove group' : 'Remove component'} what="remove it" busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(deleting)} onClose={() => setDeleting(null)}>
          <p>
            {deleting.group
              ? `Its ${(deleting.members ?? []).length === 1 ? 'component stays' : `${(deleting.members ?? []).length} components stay`} on the page, outside a group.`
              : 'It leaves the page with its uptime. Incidents keep its name; whoever subscribed to it alone hears of it no more.'}
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}
