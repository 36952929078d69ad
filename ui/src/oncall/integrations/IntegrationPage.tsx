import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Breadcrumb, Button, Checkbox, EmptyState, ErrorState, FormDialog, Icon, IconButton, Menu, Notice, RelativeTime, SkeletonRows, TextField, toast } from '../../kit';
import { Page, Section, useSignedIn } from '../../shell';
import { useChange } from '../act';
import { Badge, CopyBox } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { TargetList } from '../parts/TargetPicker';
import { integrationQuery, rest, segment } from '../queries';
import { keys } from '../stale';
import type { IntegrationView, Target } from '../wire';
import { kindOf, withKey } from './catalogue';
import css from './Integrations.module.css';
import { forgetKey, freshKey } from './keys';
import { Mapping } from './Mapping';

export function IntegrationPage(): ReactElement {
  const { id } = useParams({ from: '/inside/oncall/oncall/integrations/$id' });
  const view = useQuery(integrationQuery(id));
  const title = view.data?.integration.name ?? 'Integration';
  const crumbs = <Breadcrumb>{[<Link key="all" to="/oncall/integrations">Integrations</Link>, title]}</Breadcrumb>;
  if (view.data) return <Integration key={id} view={view.data} />;
  const missing = view.error instanceof ApiError && view.error.status === 404;
  return (
    <Page title="Integration" head={crumbs}>
      {view.isPending ? (
        <SkeletonRows rows={8} />
      ) : missing ? (
        <EmptyState icon="plug" title="There is no such integration" action={<Link to="/oncall/integrations">To the integrations</Link>}>
          It may have been deleted.
        </EmptyState>
      ) : (
        <ErrorState what="load the integration" error={view.error} onRetry={() => void view.refetch()} />
      )}
    </Page>
  );
}

function Integration({ view }: { view: IntegrationView }): ReactElement {
  const { integration } = view;
  const { account } = useSignedIn();
  const navigate = useNavigate();
  const [secret, setSecret] = useState(() => freshKey(integration.id));
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const kind = kindOf(integration.type);
  const path = `/v2/integrations/${segment(integration.id)}`;
  const stale = [keys.integrations];
  const toggle = useChange((on: boolean) => api.post(`${path}/${on ? 'enable' : 'disable'}`), {
    stale,
    onDone: (_, on) => toast({ title: `${integration.name} is ${on ? 'on' : 'off'}`, undo: () => toggle.mutate(!on) }),
  });
  const set = useChange((change: Record<string, unknown>) => api.put(path, change), { stale, done: 'Saved' });
  const remove = useChange(() => api.delete(path), { stale, quiet: true, done: `${integration.name} deleted`, onDone: () => void navigate({ to: '/oncall/integrations' }) });
  // Leaving the page forgets the key.
  useEffect(() => () => forgetKey(integration.id), [integration.id]);
  return (
    <Page
      title={integration.name}
      shape="wide"
      head={<Breadcrumb>{[<Link key="all" to="/oncall/integrations">Integrations</Link>, integration.name]}</Breadcrumb>}
      actions={
        <>
          {integration.enabled ? <Badge tone="green" icon="check">on</Badge> : <Badge icon="pause">off</Badge>}
          {account.admin && (
            <>
              <Button size="s" icon={integration.enabled ? 'pause' : 'play'} busy={toggle.isPending} onClick={() => toggle.mutate(!integration.enabled)}>
                {integration.enabled ? 'Disable' : 'Enable'}
              </Button>
              <Menu
                trigger={<IconButton icon="more" label="Actions" />}
                items={[
                  { label: 'Rename…', icon: 'edit', onSelect: () => setDialog('rename') },
                  'divider',
                  { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => setDialog('delete') },
                ]}
              />
            </>
          )}
        </>
      }
    >
      {!integration.enabled && <Notice tone="warning">It is off: what it is sent is refused.</Notice>}
      <p className={css['what']}>
        <Icon name={kind.icon} /> {kind.title}
        {integration.ownerTeam ? (
          <>
            , alerts go to{' '}
            <Link to="/oncall/teams/$id" params={{ id: integration.ownerTeam.id }}>
              {integration.ownerTeam.name}
            </Link>
          </>
        ) : (
          ', alerts go to the default team'
        )}
      </p>
      <SetUp view={view} secret={secret} />
      <Keys view={view} mayEdit={account.admin} secret={secret} onSecret={setSecret} />
      {/* The API takes alerts as they are. */}
      {(integration.type !== 'API' || view.actions.length > 0) && <Mapping view={view} mayEdit={account.admin} />}
      <Requests view={view} />
      {account.admin && (
        <Section title="Rights and responders" hint="What its keys may do, and who is told besides the team.">
          <div className={css['rights']}>
            <Checkbox label="Read alerts and more" checked={integration.allowReadAccess} onChange={(event) => set.mutate({ allowReadAccess: event.currentTarget.checked })} />
            <Checkbox label="Create and update alerts" checked={integration.allowWriteAccess} onChange={(event) => set.mutate({ allowWriteAccess: event.currentTarget.checked })} />
            <Checkbox label="Delete" checked={integration.allowDeleteAccess} onChange={(event) => set.mutate({ allowDeleteAccess: event.currentTarget.checked })} />
            <Checkbox label="Configure teams, schedules and the like" checked={integration.allowConfigurationAccess} onChange={(event) => set.mutate({ allowConfigurationAccess: event.currentTarget.checked })} />
          </div>
          <div className={css['rights']}>
            <Checkbox label="Leave out the responders that a request names" checked={integration.ignoreRespondersFromPayload ?? false} onChange={(event) => set.mutate({ ignoreRespondersFromPayload: event.currentTarget.checked })} />
            <Checkbox label="Make alerts and tell nobody" checked={integration.suppressNotifications ?? false} onChange={(event) => set.mutate({ suppressNotifications: event.currentTarget.checked })} />
          </div>
          <TargetList label="Responders" kinds={['team', 'user', 'schedule', 'escalation']} value={integration.responders} add="Add a responder" onChange={(next: Target[]) => set.mutate({ responders: next.map(({ type, id }) => ({ type, id })) })} />
        </Section>
      )}
      {dialog === 'rename' && <RenameDialog name={integration.name} onSave={(name) => set.mutate({ name })} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && (
        <FormDialog
          title={`Delete ${integration.name}?`}
          danger
          onClose={() => setDialog(null)}
          onSubmit={() => remove.mutate()}
          submit={`Delete “${integration.name}”`}
          busy={remove.isPending}
          cancel="Keep it"
          what="delete the integration"
          error={remove.error}
        >
          <p>Its {view.keys.length === 1 ? 'key stops' : `${view.keys.length} keys stop`} working at once, so that whatever uses them reaches nobody. Alerts that it made stay. To stop it for a while, disable it.</p>
        </FormDialog>
      )}
    </Page>
  );
}

function SetUp({ view, secret }: { view: IntegrationView; secret: string | null }): ReactElement {
  const config = withKey(view.configuration, secret);
  return (
    <Section title="Set up the sender" hint={view.mailAddress ? 'Send mail to this address.' : secret ? 'Copy it as it is; the key is filled in.' : 'Put one of the keys in the place of API_KEY.'}>
      <div className={parts['lines']}>
        {view.mailAddress && <CopyBox text={view.mailAddress} what="the mail address" />}
        {view.url && <CopyBox text={withKey(view.url, secret)} what="the address" />}
        {config && <CopyBox block text={config} what="the configuration" />}
      </div>
    </Section>
  );
}

function Keys({ view, mayEdit, secret, onSecret }: { view: IntegrationView; mayEdit: boolean; secret: string | null; onSecret: (secret: string | null) => void }): ReactElement {
  const path = `${rest}/integrations/${segment(view.integration.id)}/keys`;
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const make = useChange(() => api.post<{ apiKey: string }>(path, { name: `Key ${view.keys.length + 1}` }), { stale: [keys.integrations], onDone: (answer) => onSecret((answer as { apiKey: string }).apiKey) });
  const revoke = useChange((id: string) => api.delete(`${path}/${segment(id)}`), { stale: [keys.integrations], done: 'Key revoked', onDone: () => setRevoking(null) });
  return (
    <Section
      title="Keys"
      actions={
        mayEdit && (
          <Button size="s" icon="plus" busy={make.isPending} onClick={() => make.mutate()}>
            New key
          </Button>
        )
      }
    >
      {secret && (
        <div className={css['secret']}>
          <Notice
            tone="warning"
            action={
              <Button size="s" onClick={() => onSecret(null)}>
                I have stored it
              </Button>
            }
          >
            This is the only time the key is shown. Store it now.
          </Notice>
          <CopyBox text={secret} what="the key" />
        </div>
      )}
      <ul className={parts['rows']}>
        {view.keys.map((key) => (
          <li key={key.id} className={css['keyRow']}>
            <Icon name="key" />
            <span className={css['keyName']}>{key.name || 'Key'}</span>
            <code className={parts['muted']}>…{key.hint}</code>
            <span className={parts['muted']}>
              made <RelativeTime at={key.createdAt} />
            </span>
            {mayEdit && <IconButton icon="trash" size="s" label={`Revoke the key ending in ${key.hint}`} onClick={() => setRevoking(key)} />}
          </li>
        ))}
        {view.keys.length === 0 && <li className={parts['muted']}>No key: nothing can be sent.</li>}
      </ul>
      {revoking && (
        <FormDialog title="Revoke this key?" danger onClose={() => setRevoking(null)} onSubmit={() => revoke.mutate(revoking.id)} submit="Revoke" busy={revoke.isPending} cancel="Keep it">
          <p>Whatever uses it is refused from this moment. Make a new key first and give it to the sender, so that no alert is missed.</p>
        </FormDialog>
      )}
    </Section>
  );
}

function Requests({ view }: { view: IntegrationView }): ReactElement {
  return (
    <Section title="Last requests" hint="What came in the last days, and what became of it.">
      {view.requests.length === 0 ? (
        <EmptyState icon="inbox" title="Nothing has come yet">
          Send a first alert by the configuration above; it appears here within seconds.
        </EmptyState>
      ) : (
        <ul className={css['requests']}>
          {view.requests.map((request) => (
            <li key={request.id}>
              <details>
                <summary>
                  <Badge tone={request.success ? 'green' : 'red'} icon={request.success ? 'check' : 'warning'}>
                    {request.success ? 'done' : 'refused'}
                  </Badge>
                  <span className={css['requestText']}>
                    {request.action}: {request.status}
                  </span>
                  <span className={parts['muted']}>
                    <RelativeTime at={request.at} />
                  </span>
                </summary>
                <div className={parts['lines']}>
                  {request.alertId && (
                    <Link to="/oncall/alerts/$id" params={{ id: request.alertId }}>
                      Open the alert
                    </Link>
                  )}
                  {request.body !== null ? <CopyBox block text={typeof request.body === 'string' ? request.body : JSON.stringify(request.body, null, 2)} what="the request" /> : <p className={parts['muted']}>Its text was not kept.</p>}
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function RenameDialog({ name, onSave, onClose }: { name: string; onSave: (name: string) => void; onClose: () => void }): ReactElement {
  const [text, setText] = useState(name);
  const submit = () => {
    if (text.trim() === '') return;
    onSave(text.trim());
    onClose();
  };
  return (
    <FormDialog
      title="Rename"
      onClose={onClose}
      onSubmit={submit}
      submit="Rename"
      ready={text.trim() !== ''}
    >
      <TextField label="Name" data-autofocus required value={text} onChange={(event) => setText(event.currentTarget.value)} />
    </FormDialog>
  );
}
