import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Button, ErrorState, Notice, SkeletonRows, TextAreaField, TextField, toast, useTheme } from '../../kit';
import { useCommands, useSignedIn } from '../../shell';
import { StatusFrame } from '../parts/Frame';
import type { Scheme } from '../parts/scheme';
import { Segments } from '../parts/Segments';
import { useSettled } from '../parts/useSettled';
import { designQuery, own } from '../queries';
import { keys } from '../stale';
import type { Design, StatusPage } from '../wire';
import css from './Design.module.css';
import { changedFields, designProblems, type Look } from './model';
import { PagePreview } from './PagePreview';

/** How the public page looks. */
export function DesignPage(): ReactElement {
  return (
    <StatusFrame title="Design" crumbs={['Design']}>
      {(page) => <Loaded key={page.id} page={page} />}
    </StatusFrame>
  );
}

function Loaded({ page }: { page: StatusPage }): ReactElement {
  const design = useQuery(designQuery(page.id));
  if (design.isPending) return <SkeletonRows rows={6} height={56} />;
  if (design.isError) return <ErrorState what="load the design" error={design.error} onRetry={() => void design.refetch()} />;
  return <Editor page={page} saved={design.data} />;
}

const lookOf = (design: Design): Look => ({ accent: design.accent ?? '', css: design.css ?? '', footer: design.footer ?? '', layout: design.layout ?? '', logoAlt: design.logoAlt ?? '', description: design.description, headline: design.headline });

function Editor({ page, saved }: { page: StatusPage; saved: Design }): ReactElement {
  const queries = useQueryClient();
  const theme = useTheme();
  const { account } = useSignedIn();
  const may = account.admin;
  const [own_, setOwn] = useState<Partial<Look>>({});
  const [scheme, setScheme] = useState<Scheme>(theme.resolved);
  const [width, setWidth] = useState<'wide' | 'phone'>('wide');
  const look = useMemo(() => ({ ...lookOf(saved), ...own_ }), [saved, own_]);
  const settled = useSettled(look, 200);
  const problems = designProblems(look);
  const changed = changedFields(lookOf(saved), look);
  const key = [...keys.design, page.id];
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.put<Design>(`${own(page.id)}/design`, { ...saved, ...look }),
    onSuccess: async (now) => {
      queries.setQueryData(key, now);
      setOwn({});
      await Promise.all([keys.design, keys.pages, keys.preview].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: 'Design published', tone: 'success' });
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const set = (part: Partial<Look>) => setOwn({ ...own_, ...part });
  const publish = () => {
    if (may && changed.length > 0 && Object.keys(problems).length === 0) save.mutate();
  };
  useCommands([{ id: 'status-design-save', label: 'Publish the design', keys: 'mod+s', icon: 'palette', group: 'Status page', run: publish, disabled: changed.length === 0 }]);
  return (
    <div className={css['split']}>
      <form
        className={css['controls']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          publish();
        }}
      >
        {!may && <Notice tone="info">Only administrators change the design.</Notice>}
        <div className={css['colour']}>
          <input type="color" aria-label="Pick the colour" value={/^#[0-9a-f]{6}$/i.test(look.accent) ? look.accent : '#1f5fd6'} disabled={!may} onChange={(event) => set({ accent: event.currentTarget.value })} />
          <TextField label="Colour of links and buttons" optional value={look.accent} placeholder="#1f5fd6" maxLength={7} disabled={!may} error={problems.accent ?? fields['accent']} onChange={(event) => set({ accent: event.currentTarget.value })} />
        </div>
        <ImageField page={page} name="logo" label="Logo" url={saved.logoUrl} may={may} hint="PNG, JPEG, GIF or WebP, up to 1 MB. It stands in place of the name." />
        {saved.logoUrl !== '' && <TextField label="What the logo says" optional value={look.logoAlt} maxLength={200} disabled={!may} hint="Read to those who do not see it." onChange={(event) => set({ logoAlt: event.currentTarget.value })} />}
        <ImageField page={page} name="favicon" label="Icon of the browser’s tab" url={saved.faviconUrl} may={may} hint="PNG or ICO." />
        <TextField label="Headline" optional value={look.headline} disabled={!may} error={fields['headline']} onChange={(event) => set({ headline: event.currentTarget.value })} />
        <TextAreaField label="About" optional rows={3} value={look.description} disabled={!may} error={fields['page_description']} hint="Markdown, above the components. The preview shows it when it is published." onChange={(event) => set({ description: event.currentTarget.value })} />
        <TextField label="Footer" optional value={look.footer} maxLength={2000} disabled={!may} error={fields['footer']} onChange={(event) => set({ footer: event.currentTarget.value })} />
        <Segments label="Width" value={look.layout} onChange={(layout) => may && set({ layout })} options={[{ value: '', label: 'Narrow' }, { value: 'wide', label: 'Wide' }]} />
        <div className={css['code']}>
        <TextAreaField
          label="CSS"
          optional
          rows={8}
          spellCheck={false}
          value={look.css}
          disabled={!may}
          error={problems.css ?? fields['css']}
          hint="Added after the page’s own style. It loads nothing from elsewhere: url() takes data:image/… only."
          placeholder=".top { border-bottom: 3px solid var(--accent) }"
          onChange={(event) => set({ css: event.currentTarget.value })}
        />
        </div>
        {save.error && Object.keys(fields).length === 0 && <ErrorState compact what="publish the design" error={save.error} />}
        {may && (
          <div className={css['send']}>
            <Button type="submit" variant="primary" busy={save.isPending} disabled={changed.length === 0}>
              Publish design
            </Button>
            {changed.length > 0 && (
              <Button variant="subtle" onClick={() => setOwn({})}>
                Discard changes
              </Button>
            )}
          </div>
        )}
      </form>
      <section className={css['preview']} aria-label="Preview">
        <div className={css['previewHead']}>
          <h2>Preview</h2>
          <span className={css['quiet']}>{changed.length > 0 ? 'with changes that are not published' : 'as it is published'}</span>
          <span className={css['spring']} />
          <Segments quiet label="Theme of the preview" value={scheme} onChange={setScheme} options={[{ value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]} />
          <Segments quiet label="Size of the preview" value={width} onChange={setWidth} options={[{ value: 'wide', label: 'Desktop' }, { value: 'phone', label: 'Phone' }]} />
        </div>
        <PagePreview page={page} look={settled} scheme={scheme} phone={width === 'phone'} />
      </section>
    </div>
  );
}

function ImageField({ page, name, label, url, may, hint }: { page: StatusPage; name: 'logo' | 'favicon'; label: string; url: string; may: boolean; hint: string }): ReactElement {
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const address = `${own(page.id)}/design/${name}`;
  const put = useMutation({
    meta: { quiet: true },
    mutationFn: async (file: File | null) => {
      if (file) await api.raw('PUT', address, file, file.type === '' ? 'application/octet-stream' : file.type);
      else await api.delete(address);
    },
    onSuccess: async (_answer, file) => {
      await Promise.all([keys.design, keys.pages].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: file ? `${label} published` : `${label} removed`, tone: 'success' });
    },
  });
  return (
    <div className={css['image']}>
      <span className={css['label']}>{label}</span>
      <div className={css['imageRow']}>
        {url === '' ? <span className={css['noImage']}>None</span> : <img src={url} alt={`The ${name} now`} />}
        {may && (
          <>
            <Button size="s" busy={put.isPending} onClick={() => input.current?.click()}>
              {url === '' ? 'Choose…' : 'Replace…'}
            </Button>
            {url !== '' && (
              <Button size="s" variant="subtle" onClick={() => put.mutate(null)}>
                Remove
              </Button>
            )}
          </>
        )}
        <input
          ref={input}
          type="file"
          hidden
          accept="image/png,image/jpeg,image/gif,image/webp,image/x-icon"
          aria-label={`File of the ${name}`}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file) put.mutate(file);
          }}
        />
      </div>
      <span className={css['quiet']}>{hint}</span>
      {put.error && <ErrorState compact what={`save the ${name}`} error={put.error} />}
    </div>
  );
}
