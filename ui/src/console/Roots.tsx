import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { ApiError } from '../api';
import { Button, ErrorState, FormDialog, Notice, RelativeTime, SkeletonRows, TextField, toast } from '../kit';
import { Section } from '../shell';
import { about } from './assurance/ask';
import css from './Console.module.css';
import { platform } from './platform';
import type { SiteFull } from './wire';
import { actorText } from './words';

/** What the customer of a site holds to check a report, and how it got to them. */
export function Roots({ site }: { site: SiteFull }): ReactElement {
  const queries = useQueryClient();
  const info = useQuery(about.roots(site.id));
  const [address, setAddress] = useState(false);
  const hand = useMutation({ mutationFn: () => platform.post(`/sites/${site.id}/roots`), onSettled: () => queries.invalidateQueries({ queryKey: ['console', 'site', site.id, 'roots'] }) });
  return (
    <Section
      title="Roots in the customer&rsquo;s hands"
      hint="A few signed hashes that fix the history of the site. With them the customer can check a loss report without trusting anybody here."
      actions={
        <>
          <a href={platform.url(`/sites/${site.id}/roots.json`)} download={`roots-${site.slug}.json`}>
            Download roots
          </a>
          <Button icon="send" busy={hand.isPending} onClick={() => hand.mutate()}>
            Hand over now
          </Button>
        </>
      }
    >
      {info.isPending ? (
        <SkeletonRows rows={2} />
      ) : info.isError ? (
        <ErrorState compact what="read what was handed over" error={info.error} onRetry={() => void info.refetch()} />
      ) : (
        <>
          {info.data.handed.length === 0 && <Notice tone="warning">The customer holds none yet.</Notice>}
          <p className={css['quiet']}>
            {info.data.due ? (
              <>
                The next go out <RelativeTime at={info.data.due} />, if anything is written until then.
              </>
            ) : (
              'They go out only when asked for.'
            )}{' '}
            {info.data.url ? `${info.data.url} is called with them.` : 'No address of the customer is called.'}
          </p>
          <div className={css['bar']}>
            <Button
              size="s"
              icon="copy"
              onClick={() => void navigator.clipboard.writeText(info.data.link).then(() => toast({ title: 'The link is on the clipboard. It needs no login and shows hashes alone.' }))}
            >
              Copy the customer&rsquo;s link
            </Button>
            <a href={info.data.link} target="_blank" rel="noreferrer">
              The customer&rsquo;s page
            </a>
            <Button size="s" onClick={() => setAddress(true)}>
              Address to call…
            </Button>
          </div>
          <ul className={css['rows']}>
            {info.data.handed.map((one) => (
              <li key={one.id}>
                <b>
                  <RelativeTime at={one.at} />
                </b>
                <span className={css['quiet']}>
                  {one.commits} · {one.via === 'page' ? 'taken from the page' : one.via === 'schedule' ? 'on schedule' : `asked for by ${actorText(one.by)}`}
                </span>
                <span className={css['spring']} />
                {one.delivered.map((to) => (
                  <span key={to.receiver} className={css['state']} data-tone={to.sent ? 'green' : to.error ? 'red' : 'blue'} title={to.error}>
                    {to.receiver} {to.sent ? 'has them' : to.error ? 'did not take them yet' : 'on the way'}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
      {address && <AddressDialog site={site} now={info.data?.url ?? ''} onClose={() => setAddress(false)} />}
    </Section>
  );
}

function AddressDialog({ site, now, onClose }: { site: SiteFull; now: string; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [url, setURL] = useState(now);
  const [secret, setSecret] = useState('');
  const save = useMutation({
    mutationFn: () => platform.put(`/sites/${site.id}/roots/address`, { url: url.trim(), secret }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console', 'site', site.id, 'roots'] });
      onClose();
    },
  });
  const wrong = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <FormDialog
      title={`Where ${site.customer} takes roots`}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Save"
      busy={save.isPending}
      what="save the address"
      error={Object.keys(wrong).length === 0 ? save.error : null}
    >
      <TextField label="Address" optional data-autofocus placeholder="https://…" value={url} error={wrong['url']} hint="Called with the roots as JSON, besides the mails to the contacts. Empty for none." onChange={(e) => setURL(e.currentTarget.value)} />
      <TextField label="Secret" optional value={secret} error={wrong['secret']} hint="Signs the calls (Standard Webhooks). Left empty, the old one stays." onChange={(e) => setSecret(e.currentTarget.value)} />
    </FormDialog>
  );
}
