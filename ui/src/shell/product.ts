import type { QueryClient } from '@tanstack/react-query';
import type { LinkProps, NavigateOptions } from '@tanstack/react-router';
import type { ComponentType, ReactNode } from 'react';
import { boot, sessionQuery, type StaleKeys } from '../api';
import type { IconName } from '../kit';
import { useSignedIn } from './session';

/** Where a link leads. */
export type To = Pick<LinkProps, 'to' | 'params' | 'search'>;
export type Navigate = (options: NavigateOptions) => unknown;

export interface RailEntry {
  label: string;
  icon: IconName;
  link: To;
  /** Current only at exactly this address, not below it. */
  exact?: boolean;
  /** `g …`; also offered as the command "Go to …". */
  keys?: string;
  /** What the command says after "Go to", when the label alone would not do: "components of the status page". */
  place?: string;
  /** Above the products' groups. */
  top?: boolean;
  /** Only for administrators of the site. */
  admin?: boolean;
}

/** A command that works on every page. Those of one page are offered by useCommands. */
export interface ProductCommand {
  id: string;
  label: string;
  icon: IconName;
  keys?: string;
  group?: string;
  admin?: boolean;
  run: (navigate: Navigate) => void;
}

export interface CreateProps {
  /** What is known already, as the caller of openOverlay says it. */
  preset: Readonly<Record<string, string>>;
  onClose: () => void;
}

/** Something that can be made from everywhere. `c` makes the first of the product one looks at. */
export interface CreateEntry {
  /** Unique in the suite: "issue", "page", "alert". */
  id: string;
  label: string;
  icon: IconName;
  admin?: boolean;
  /** A lazy component that shows the dialog… */
  Dialog?: ComponentType<CreateProps>;
  /** …or what happens instead, e.g. going to an empty page. */
  run?: (navigate: Navigate, preset: Readonly<Record<string, string>>) => void;
}

/** A record that the palette found. */
export interface Suggestion {
  /** Unique in the suite: "issue:DEMO-1". */
  id: string;
  /** Heading above it: "Issues". */
  group: string;
  label: string;
  /** Stands before the label, as an issue's key does. */
  code?: string;
  note?: string;
  mark: ReactNode;
  link: To;
}

/** Finds records for the palette: for no words the latest, else the best at most ten. */
export type Suggest = (query: string, signal: AbortSignal) => Promise<Suggestion[]>;

/**
 * How a product plugs in. It is part of everybody's first load, so it holds
 * words and functions only; pages, dialogs and finding are behind import().
 */
export interface ProductManifest {
  /** As the server names it in session.products and before the point in the types of commits. */
  name: string;
  label: string;
  icon: IconName;
  /** Part of every site, whatever session.products says. */
  always?: boolean;
  /** First parts of its addresses: "/wiki". The page one looks at belongs to the product with the longest that fits. */
  paths: readonly string[];
  rail: readonly RailEntry[];
  /** More groups of the rail, e.g. starred records. */
  RailMore?: ComponentType<{ narrow: boolean }>;
  commands?: readonly ProductCommand[];
  create?: readonly CreateEntry[];
  stale?: StaleKeys;
  suggest?: Suggest;
  /**
   * What the page at this address will need, while the application itself is only starting: chunks that its
   * own chunk would import later (`code`), and queries (`data`, called once somebody is known to be signed in).
   */
  ahead?: (path: string) => { code?: () => Promise<unknown>; data?: (queries: QueryClient) => Promise<unknown> } | undefined;
}

let all: readonly ProductManifest[] = [];

/** Called once, by the file that composes the application; their order is that of the rail. */
export function registerProducts(products: readonly ProductManifest[]): void {
  all = products;
}

/** What each product's commits make stale, also of those that are off: they may be turned on while the page stands. */
export function staleByProduct(): Record<string, StaleKeys> {
  return Object.fromEntries(all.flatMap(({ name, stale }) => (stale ? [[name, stale]] : [])));
}

export const isOn = (product: ProductManifest, on: readonly string[]): boolean => product.always === true || on.includes(product.name);

/** The page to begin with: of the first product that is on. */
export function firstPage(on: readonly string[]): To | undefined {
  const product = all.find((each) => each.always !== true && on.includes(each.name));
  return product?.rail[0]?.link;
}

const sitePath = (path: string): string => (boot.basePath !== '' && path.startsWith(boot.basePath) ? path.slice(boot.basePath.length) : path);

/** Begins to fetch what the first page needs, all at once instead of one after the other. Failures are the page's to show. */
export function loadAhead(path: string, queries: QueryClient): void {
  const wanted = productAt(all, path)?.ahead?.(sitePath(path));
  const quiet = () => undefined;
  wanted?.code?.().catch(quiet);
  queries
    .ensureQueryData(sessionQuery)
    .then((session) => (session.state === 'signed-in' ? wanted?.data?.(queries) : undefined))
    .catch(quiet);
}

const visible = <T extends { admin?: boolean }>(entries: readonly T[] | undefined, admin: boolean): T[] => (entries ?? []).filter((entry) => admin || entry.admin !== true);

export interface VisibleProduct extends ProductManifest {
  commands: readonly ProductCommand[];
  create: readonly CreateEntry[];
}

/** The products that are on, with what whoever is signed in may see of them. */
export function useProducts(): VisibleProduct[] {
  const { products, account } = useSignedIn();
  return all
    .filter((product) => isOn(product, products))
    .map((product) => ({
      ...product,
      rail: visible(product.rail, account.admin),
      commands: visible(product.commands, account.admin),
      create: visible(product.create, account.admin),
    }));
}

/** The product that a path belongs to. */
export function productAt<T extends ProductManifest>(products: readonly T[], path: string): T | undefined {
  const inside = sitePath(path);
  const fits = (start: string) => inside === start || inside.startsWith(`${start}/`);
  let best: { product: T; length: number } | undefined;
  for (const product of products) {
    for (const start of product.paths) if (fits(start) && start.length > (best?.length ?? 0)) best = { product, length: start.length };
  }
  return best?.product;
}
