import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { api, siteUrl } from '../../api';
import { Breadcrumb, Button, ErrorState, Notice, SkeletonRows, TextAreaField, TextField } from '../../kit';
import { Page, Section } from '../../shell';
import { fieldError, useChange } from '../act';
import { CopyBox } from '../parts/marks';
import { providerQuery, rest } from '../queries';
import { keys } from '../stale';
import { headerLines, headersOf, type Provider } from './model';
import css from './Provider.module.css';

const methods = [
  { name: 'sms', title: 'Text messages', example: 'https://sms.example/send?to={to}' },
  { name: 'voice', title: 'Phone calls', example: 'https://voice.example/call' },
] as const;

/** How text messages and calls leave: through whatever provider the site has, or a small program before it. */
export function ProviderPage(): ReactElement {
  const provider = useQuery(providerQuery);
  return (
    <Page title="Text messages and calls" head={<Breadcrumb>{['Text messages and calls']}</Breadcrumb>}>
      {provider.isPending ? (
        <SkeletonRows rows={4} height={64} />
      ) : provider.isError ? (
        <ErrorState what="load the provider" error={provider.error} onRetry={() => void provider.refetch()} />
      ) : (
        <ProviderForm key={JSON.stringify(provider.data)} provider={provider.data} />
      )}
    </Page>
  );
}

function ProviderForm({ provider }: { provider: Provider }): ReactElement {
  const [urls, setUrls] = useState({ sms: provider.sms.url, voice: provider.voice.url });
  const [lines, setLines] = useState({ sms: headerLines(provider.sms.headers), voice: headerLines(provider.voice.headers) });
  const [secret, setSecret] = useState('');
  const read = { sms: headersOf(lines.sms), voice: headersOf(lines.voice) };
  const problem = (name: 'sms' | 'voice') => ('problem' in read[name] ? read[name].problem : undefined);
  const save = useChange(
    () => {
      const gateway = (name: 'sms' | 'voice') => ({ url: urls[name].trim(), headers: 'headers' in read[name] ? read[name].headers : {} });
      return api.put(`${rest}/provider`, { sms: gateway('sms'), voice: gateway('voice'), secret } satisfies Provider);
    },
    { stale: [keys.provider, keys.me], quiet: true, done: 'Saved' },
  );
  const named = fieldError(save.error, 'sms.url', 'voice.url', 'secret');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem('sms') && !problem('voice')) save.mutate();
  };
  return (
    <form className={css['form']} noValidate onSubmit={submit}>
      <Notice tone="info">
        For each message the address is called by POST with JSON: <code>id</code>, <code>method</code>, <code>to</code>, <code>text</code>, <code>callback</code> and what replies mean. {'{to}'}, {'{text}'} and {'{id}'} in the
        address are replaced. Without an address, the method cannot be used, and the delivery log says so.
      </Notice>
      {methods.map(({ name, title, example }) => (
        <Section key={name} title={title}>
          <div className={css['fields']}>
            <TextField label={`Address for ${title.toLowerCase()}`} type="url" placeholder={example} value={urls[name]} error={fieldError(save.error, `${name}.url`)} onChange={(event) => setUrls({ ...urls, [name]: event.currentTarget.value })} />
            <TextAreaField
              label={`Headers for ${title.toLowerCase()}`}
              optional
              rows={2}
              hint="One a line, for example Authorization: Bearer …"
              spellCheck={false}
              value={lines[name]}
              error={problem(name)}
              onChange={(event) => setLines({ ...lines, [name]: event.currentTarget.value })}
            />
          </div>
        </Section>
      ))}
      <Section title="What the provider reports" hint="Deliveries, answers and digits that were pressed go to the callback of each message, or all to one address with the secret.">
        <div className={css['fields']}>
          <CopyBox text={location.origin + siteUrl('/api/oncall/gateway')} what="the address for reports" />
          {provider.secret && <CopyBox text={`Authorization: Bearer ${provider.secret}`} what="the header with the secret" />}
          <TextField label="Another secret" optional autoComplete="off" maxLength={200} value={secret} error={fieldError(save.error, 'secret')} hint="It signs what goes out, too. Empty: the secret stays." onChange={(event) => setSecret(event.currentTarget.value)} />
        </div>
      </Section>
      {save.error && !named && <ErrorState compact what="save the provider" error={save.error} />}
      <div>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
