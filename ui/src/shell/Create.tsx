import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, type ReactElement } from 'react';
import { IconButton, Menu } from '../kit';
import { closeOverlay, openOverlay, type Overlay } from './overlays';
import { productAt, useProducts, type CreateEntry, type Navigate } from './product';

/** What can be made from everywhere; first comes what `c` makes on this page. */
export function useCreateEntries(): CreateEntry[] {
  const products = useProducts();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = productAt(products, path);
  const own = here?.create ?? [];
  return [...own, ...products.filter((product) => product !== here).flatMap((product) => product.create)];
}

export const createLabel = (entry: CreateEntry): string => `Create ${entry.label.toLowerCase()}`;

/** The plus of the rail: makes the only thing there is, or asks what. */
export function CreateButton({ className }: { className?: string }): ReactElement | null {
  const entries = useCreateEntries();
  const [first] = entries;
  if (!first) return null;
  const start = (entry: CreateEntry) => openOverlay({ kind: 'create', what: entry.id });
  if (entries.length === 1) return <IconButton icon="plus" label={createLabel(first)} keys="c" className={className ?? ''} onClick={() => start(first)} />;
  return (
    <Menu
      position="bottom-start"
      trigger={<IconButton icon="plus" label="Create" keys="c" className={className ?? ''} />}
      items={entries.map((entry, i) => ({ label: entry.label, icon: entry.icon, ...(i === 0 ? { keys: 'c' } : {}), onSelect: () => start(entry) }))}
    />
  );
}

/** Those that were started: React may run an effect twice. */
const started = new WeakSet<Overlay>();

/** The dialog of what is being made; entries without one act at once. */
export function CreateOverlay({ overlay }: { overlay: Extract<Overlay, { kind: 'create' }> }): ReactElement | null {
  const entries = useCreateEntries();
  const navigate = useNavigate();
  const entry = overlay.what === undefined ? entries[0] : entries.find((each) => each.id === overlay.what);
  const dialog = entry?.Dialog;
  useEffect(() => {
    if (dialog || started.has(overlay)) return;
    started.add(overlay);
    closeOverlay();
    entry?.run?.(navigate as Navigate, overlay.preset ?? {});
  }, [dialog, entry, navigate, overlay]);
  if (!entry?.Dialog) return null;
  return <entry.Dialog preset={overlay.preset ?? {}} onClose={closeOverlay} />;
}
