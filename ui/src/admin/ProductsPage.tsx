import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, keys, sessionQuery, type SiteProduct } from '../api';
import { Breadcrumb, Button, Dialog, ErrorState, Icon, SkeletonRows, toast, type IconName } from '../kit';
import { Page, Section } from '../shell';
import css from './ProductsPage.module.css';
import { counted, productNames, type ProductName } from './timemachine/things';

const about: Readonly<Record<ProductName, { icon: IconName; what: string }>> = {
  tracker: { icon: 'issues', what: 'Issues, boards and projects, with the query language and the API that your tools know.' },
  wiki: { icon: 'book', what: 'Pages in spaces, written together, with every version kept.' },
  oncall: { icon: 'bell', what: 'Alerts from your monitoring, schedules, and whoever is on call paged until somebody answers.' },
  status: { icon: 'pulse', what: 'A public page that says how your services are, its incidents and subscribers.' },
};

const nameOf = (name: string): string => productNames[name as ProductName] ?? name;

/** "1.2 MB". */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toLocaleString(undefined, { maximumFractionDigits: step > 1 ? 1 : 0 })} ${units[step] ?? ''}`;
}

/** What a product holds, in one line. */
function holds({ made, counts, bytes, shares, on }: SiteProduct): string {
  if (!made) return 'It holds nothing yet; its volume is made when it is switched on.';
  const things = counts.map(({ type, count }) => counted(count, type)).join(', ');
  const volume = `${sizeText(bytes)} in its volume${shares.length > 0 ? `, which it shares with the ${shares.map(nameOf).join(' and the ').toLowerCase()}` : ''}`;
  return `${on ? 'Holds' : 'Keeps'} ${things}. ${volume}.`;
}

const productsQuery = { queryKey: keys.products, queryFn: ({ signal }: { signal: AbortSignal }) => api.get<{ products: SiteProduct[] }>('/api/products', { signal }) };

function useSetProducts() {
  const queries = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (products: string[]) => api.put<{ products: SiteProduct[] }>('/api/products', { products }),
    onSuccess: async (answer) => {
      queries.setQueryData(keys.products, answer);
      // The sidebar, the palette and the pages that there are follow the session.
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  });
}

export function ProductsPage(): ReactElement {
  const found = useQuery(productsQuery);
  const [leaving, setLeaving] = useState<SiteProduct | null>(null);
  const set = useSetProducts();
  const products = found.data?.products ?? [];
  const on = products.filter((product) => product.on).map(({ name }) => name);
  const switchTo = (product: SiteProduct, next: boolean) =>
    set.mutate(next ? [...on, product.name] : on.filter((name) => name !== product.name), {
      onSuccess: () => {
        setLeaving(null);
        toast({ title: `${nameOf(product.name)} is ${next ? 'on' : 'off'}` });
      },
    });

  return (
    <Page title="Products" head={<Breadcrumb>{['Products']}</Breadcrumb>} shape="text">
      <Section title="Products" hint="What this site offers to its members. A product that is off disappears for everybody; nothing of it is lost.">
        {found.isPending ? (
          <SkeletonRows rows={4} height={88} />
        ) : found.isError ? (
          <ErrorState what="load the products" error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <ul className={css['list']}>
            {products.map((product) => (
              <li key={product.name} className={css['product']} data-on={product.on} aria-label={nameOf(product.name)}>
                <span className={css['mark']}>
                  <Icon name={about[product.name as ProductName]?.icon ?? 'layers'} size={20} />
                </span>
                <div>
                  <h3>
                    {nameOf(product.name)}
                    <span className={css['state']}>{product.on ? 'On' : 'Off'}</span>
                  </h3>
                  <p className={css['what']}>{about[product.name as ProductName]?.what}</p>
                  <p className={css['holds']}>{holds(product)}</p>
                </div>
                <div className={css['act']}>
                  {product.on ? (
                    <Button size="s" disabled={on.length === 1} title={on.length === 1 ? 'One product at least stays on.' : undefined} aria-label={`Switch off ${nameOf(product.name)}`} onClick={() => setLeaving(product)}>
                      Switch off…
                    </Button>
                  ) : (
                    <Button size="s" variant="primary" aria-label={`Switch on ${nameOf(product.name)}`} busy={set.isPending && set.variables.includes(product.name)} onClick={() => switchTo(product, true)}>
                      Switch on
                    </Button>
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
        {set.isError && leaving === null && <ErrorState compact what="switch the product" error={set.error} />}
      </Section>
      {leaving && (
        <Dialog
          title={`Switch off ${nameOf(leaving.name)}?`}
          onClose={() => setLeaving(null)}
          footer={
            <>
              <Button variant="subtle" data-autofocus onClick={() => setLeaving(null)}>
                Leave it on
              </Button>
              <Button variant="danger" busy={set.isPending} onClick={() => switchTo(leaving, false)}>
                Switch off
              </Button>
            </>
          }
        >
          <p>
            Nothing is lost: its volume is kept as it is, with its whole history, and goes on being copied to the vault. Switched on again, {nameOf(leaving.name)} is as it was.
          </p>
          <p>Until then its pages, its API and its keys answer nobody{leaving.name === 'oncall' ? ', and nobody is paged' : leaving.name === 'status' ? ', the public page included' : ''}.</p>
          {set.isError && <ErrorState compact what="switch the product off" error={set.error} />}
        </Dialog>
      )}
    </Page>
  );
}
