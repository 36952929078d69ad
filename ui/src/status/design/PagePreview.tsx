import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, type ReactElement } from 'react';
import { ErrorState, Skeleton } from '../../kit';
import { designStyle, forScheme, insideStyle, type Scheme } from '../parts/scheme';
import { publicTextQuery } from '../queries';
import type { StatusPage } from '../wire';
import css from './Design.module.css';
import { framed, sheetsOf, type Look } from './model';

/** The public page as it would be with a design that is being tried. It is a picture: nothing in it can be followed or sent. */
export function PagePreview({ page, look, scheme, phone }: { page: StatusPage; look: Look; scheme: Scheme; phone: boolean }): ReactElement {
  const html = useQuery(publicTextQuery(page.path, page.updatedAt));
  const own = useMemo(() => (html.data === undefined ? [] : sheetsOf(html.data, page.path).filter((path) => !/\/design-[^/]*$/.test(path))), [html.data, page.path]);
  const sheets = useQueries({ queries: own.map((path) => publicTextQuery(path)), combine: (all) => (all.every((one) => one.data !== undefined) ? all.map((one) => one.data ?? '').join('\n') : undefined) });
  const source = useMemo(() => {
    if (html.data === undefined || sheets === undefined) return undefined;
    const style = insideStyle(`${forScheme(`${sheets}\n${designStyle(look.accent, look.css)}`, scheme)}\n:root{color-scheme:${scheme}!important}a,button,input,summary{pointer-events:none}`);
    return framed(html.data, page.path, style, look);
  }, [html.data, sheets, look, scheme, page.path]);
  if (html.isError) return <ErrorState what="show the page" error={html.error} onRetry={() => void html.refetch()} />;
  if (source === undefined) return <Skeleton height={480} />;
  return (
    <div className={css['stage']} data-phone={phone || undefined}>
      <iframe title="The public page with this design" sandbox="" srcDoc={source} style={{ colorScheme: scheme }} />
    </div>
  );
}
