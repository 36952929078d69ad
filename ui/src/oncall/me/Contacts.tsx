import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Dialog, FormDialog, Icon, IconButton, Menu, Notice, SelectField, TextField, toast, type IconName } from '../../kit';
import { Section } from '../../shell';
import { fieldError, useChange } from '../act';
import { methodWord } from '../alert/model';
import { Badge, CopyBox } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Contact, Me, Method } from '../wire';
import css from './Me.module.css';
import { methods } from './model';
import { pushState, subscribe, unsubscribe } from './push';

const stale = [keys.me];
const icons: Readonly<Record<Method, IconName>> = { email: 'mail', sms: 'comment', voice: 'phone', mobile: 'bell', webhook: 'send' };

/** Ways to reach me, each proven by a code that was sent there. */
export function Contacts({ me }: { me: Me }): ReactElement {
  const [adding, setAdding] = useState(false);
  const [verifying, setVerifying] = useState<Contact | null>(null);
  const [secret, setSecret] = useState<Contact | null>(null);
  const path = `${rest}/users/${segment(me.user.id)}/contacts`;
  const own = (contact: Contact) => `${rest}/me/contacts/${segment(contact.id)}`;
  const test = useChange((contact: Contact) => api.post(`${own(contact)}/test`), { stale: [], done: (contact) => `A test is on its way to ${contact.method === 'mobile' ? 'your browser' : contact.to}` });
  const toggle = useChange(({ contact, on }: { contact: Contact; on: boolean }) => api.post(`${path}/${segment(contact.id)}/${on ? 'enable' : 'disable'}`), {
    stale,
    onDone: (_, { contact, on }) => toast({ title: on ? 'Contact switched on' : 'Contact switched off', undo: () => toggle.mutate({ contact, on: !on }) }),
  });
  const remove = useChange((contact: Contact) => api.delete(`${path}/${segment(contact.id)}`), { stale, done: 'Contact removed' });
  return (
    <Section
      title="How to reach me"
      hint="A contact counts once its code was entered."
      actions={
        <Button size="s" icon="plus" onClick={() => setAdding(true)}>
          Add a contact
        </Button>
      }
    >
      <ul className={parts['rows']}>
        {me.contacts.map((contact) => (
          <li key={contact.id} className={css['contact']}>
            <Icon name={icons[contact.method]} />
            <span className={css['address']}>
              {methodWord(contact.method)}
              <span className={parts['fine']}>{contact.method === 'mobile' ? `A browser, by ${pushHost(contact.to)}` : contact.to}</span>
            </span>
            {!contact.verified ? (
              <Button size="s" variant="primary" onClick={() => setVerifying(contact)}>
                Enter the code
              </Button>
            ) : contact.status.enabled ? (
              <Badge tone="green" icon="check">
                verified
              </Badge>
            ) : (
              <Badge icon="pause">off</Badge>
            )}
            <Menu
              trigger={<IconButton icon="more" size="s" label={`Actions of ${methodWord(contact.method)} ${contact.method === 'mobile' ? '' : contact.to}`} />}
              items={[
                ...(contact.verified
                  ? ([
                      { label: 'Send a test', icon: 'send', onSelect: () => test.mutate(contact) },
                      { label: contact.status.enabled ? 'Switch off' : 'Switch on', icon: contact.status.enabled ? 'pause' : 'play', onSelect: () => toggle.mutate({ contact, on: !contact.status.enabled }) },
                    ] as const)
                  : []),
                ...(contact.secret ? ([{ label: 'Signing secret…', icon: 'key', onSelect: () => setSecret(contact) }] as const) : []),
                { label: 'Remove', icon: 'trash', danger: true, onSelect: () => remove.mutate(contact) },
              ]}
            />
          </li>
        ))}
        {me.contacts.length === 0 && <li className={parts['muted']}>None yet.</li>}
      </ul>
      <Push me={me} onEnd={(endpoint) => me.contacts.filter(({ method, to }) => method === 'mobile' && to === endpoint).forEach((contact) => remove.mutate(contact))} />
      {adding && (
        <AddContact
          path={path}
          onClose={() => setAdding(false)}
          onMade={(contact) => {
            setAdding(false);
            setVerifying(contact);
          }}
        />
      )}
      {verifying && <VerifyContact contact={verifying} path={own(verifying)} onClose={() => setVerifying(null)} />}
      {secret?.secret && (
        <Dialog title="Signing secret" onClose={() => setSecret(null)} footer={<Button onClick={() => setSecret(null)}>Done</Button>}>
          <p>Each request to {secret.to} carries a signature made with this secret; check it there to know that the request is ours.</p>
          <CopyBox text={secret.secret} what="the secret" />
        </Dialog>
      )}
    </Section>
  );
}

function pushHost(endpoint: string): string {
  try {
    return new URL(endpoint).host;
  } catch {
    return 'its push service';
  }
}

function Push({ me, onEnd }: { me: Me; onEnd: (endpoint: string) => void }): ReactElement | null {
  const queries = useQueryClient();
  const key = [...keys.me, 'push'];
  const state = useQuery({ queryKey: key, queryFn: pushState, staleTime: Infinity });
  const turn = useChange(
    async (on: boolean) => {
      if (on) return subscribe(me.pushKey);
      const endpoint = await unsubscribe();
      if (endpoint) onEnd(endpoint);
    },
    { stale, done: (on) => (on ? 'This browser will show alerts' : 'This browser will not show alerts any more'), onDone: () => void queries.invalidateQueries({ queryKey: key }) },
  );
  if (state.data === undefined) return null;
  if (state.data === 'unsupported') return <p className={parts['muted']}>This browser cannot show alerts by push here; it needs a secure connection (https).</p>;
  if (state.data === 'denied') return <Notice tone="info">Notifications are refused for this site in the browser’s settings, so this browser cannot show alerts.</Notice>;
  return (
    <div className={css['push']}>
      <span>
        Push to this browser
        <span className={parts['fine']}>{state.data === 'on' ? 'Alerts appear here, also when no page is open.' : 'Show alerts here, also when no page is open.'}</span>
      </span>
      <Button size="s" icon="bell" busy={turn.isPending} onClick={() => turn.mutate(state.data !== 'on')}>
        {state.data === 'on' ? 'Switch off' : 'Switch on'}
      </Button>
    </div>
  );
}

function AddContact({ path, onMade, onClose }: { path: string; onMade: (contact: Contact) => void; onClose: () => void }): ReactElement {
  const [method, setMethod] = useState<string>('email');
  const [to, setTo] = useState('');
  const kind = methods.find(({ value }) => value === method) ?? methods[0];
  const add = useChange(() => api.post<{ data: { id: string } }>(path, { method, to: to.trim() }), {
    stale,
    quiet: true,
    onDone: (answer) => onMade({ id: (answer as { data: { id: string } }).data.id, method: method as Method, to: to.trim(), verified: false, status: { enabled: false } }),
  });
  const said = fieldError(add.error, 'to', 'address', 'method');
  return (
    <FormDialog
      title="Add a contact"
      onClose={onClose}
      onSubmit={() => add.mutate()}
      submit="Add and send a code"
      busy={add.isPending}
      ready={to.trim() !== ''}
      what="add the contact"
      error={said ? null : add.error}
    >
      <SelectField label="By" value={method} onChange={setMethod} options={methods.map(({ value, label }) => ({ value, label }))} />
      <TextField label="To" type={kind?.input ?? 'text'} data-autofocus required value={to} placeholder={kind?.placeholder} error={said} hint={kind?.hint} onChange={(event) => setTo(event.currentTarget.value)} />
    </FormDialog>
  );
}

function VerifyContact({ contact, path, onClose }: { contact: Contact; path: string; onClose: () => void }): ReactElement {
  const [code, setCode] = useState('');
  const verify = useChange(() => api.post(`${path}/verify`, { code: code.trim() }), { stale, quiet: true, done: 'Contact verified', onDone: onClose });
  const again = useChange(() => api.post(`${path}/send-code`), { stale: [], done: `A new code is on its way to ${contact.to}` });
  const said = fieldError(verify.error, 'code');
  return (
    <FormDialog
      title="Enter the code"
      onClose={onClose}
      onSubmit={() => verify.mutate()}
      footerStart={
        <Button variant="subtle" busy={again.isPending} onClick={() => again.mutate()}>
          Send another
        </Button>
      }
      submit="Verify"
      busy={verify.isPending}
      ready={code.trim() !== ''}
      cancel="Later"
      what="verify the contact"
      error={said ? null : verify.error}
    >
      <p>
        We sent a code to <b>{contact.to}</b>. Until it is entered, no alert goes there.
      </p>
      <TextField label="Code" data-autofocus required inputMode="numeric" autoComplete="one-time-code" value={code} error={said} onChange={(event) => setCode(event.currentTarget.value)} />
    </FormDialog>
  );
}
