import { useQueries } from '@tanstack/react-query';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { publicTextQuery } from '../queries';
import { forScheme, insideStyle, type Scheme } from './scheme';
import css from './parts.module.css';

export interface PreviewFrameProps {
  title: string;
  html: string;
  /** Complete paths of the style sheets. */
  styles: readonly string[];
  scheme: Scheme;
}

/** What the public page will show, in its own style. Nothing in it can run, be followed or be sent. */
export function PreviewFrame({ title, html, styles, scheme }: PreviewFrameProps): ReactElement {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(120);
  const sheets = useQueries({ queries: styles.map((path) => publicTextQuery(path)), combine: (all) => all.map((one) => one.data ?? '').join('\n') });
  const source = useMemo(
    () =>
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Preview</title><style>${insideStyle(forScheme(sheets, scheme))}\n:root{color-scheme:${scheme}!important}html,body{min-height:0;background:transparent;overflow:hidden}body{padding:1px;margin:0}body>*{margin-top:0}a{pointer-events:none}</style></head><body inert>${html}</body></html>`,
    [html, sheets, scheme],
  );
  return (
    <div className={css['frameBox']} data-scheme={scheme}>
      <iframe
        ref={frame}
        title={title}
        sandbox="allow-same-origin"
        srcDoc={source}
        tabIndex={-1}
        style={{ height, colorScheme: scheme }}
        onLoad={() => setHeight(Math.max(40, frame.current?.contentDocument?.body.scrollHeight ?? 120))}
      />
    </div>
  );
}
