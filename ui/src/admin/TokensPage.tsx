import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, keys, type ApiToken, type NewApiToken } from '../api';
import { Breadcrumb, Button, Dialog, EmptyState, ErrorState, FormDialog, IconButton, Notice, RelativeTime, SelectField, SkeletonRows, TextField, toast } from '../kit';
import { Page, Section, useSignedIn } from '../shell';
import css from './table.module.css';

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
];

export function TokensPage(): ReactElement {
  const { account } = useSignedIn();
  const [dialog, setDialog] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const tokens = useQuery({
    queryKey: keys.tokens,
    queryFn: ({ signal }) => api.get<{ tokens: ApiToken[] }>('/api/tokens', { signal }),
  });
  return (
    <Page title="API tokens" head={<Breadcrumb>{['API tokens']}</Breadcrumb>} shape="text" actions={<Button variant="primary" icon="plus" onClick={() => setDialog(true)}>Create token</Button>}>
      <Section title="API tokens" hint={<>Scripts and clients sign in with your email, <b>{account.emailAddress}</b>, and a token in place of the password. A token can do what you can do.</>}>
        {tokens.isPending ? (
          <SkeletonRows rows={3} />
        ) : tokens.isError ? (
          <ErrorState what="load your tokens" error={tokens.error} onRetry={() => void tokens.refetch()} />
        ) : tokens.data.tokens.length === 0 ? (
          <EmptyState icon="key" title="No tokens yet" action={<Button onClick={() => setDialog(true)}>Create the first</Button>}>
            Create one for each script or client, so that you can revoke them one by one.
          </EmptyState>
        ) : (
          <TokenTable tokens={tokens.data.tokens} onRevoke={setRevoking} />
        )}
      </Section>
      {dialog && <CreateTokenDialog onClose={() => setDialog(false)} />}
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  );
}

function TokenTable({ tokens, onRevoke }: { tokens: readonly ApiToken[]; onRevoke: (token: ApiToken) => void }): ReactElement {
  return (
    <div className={css['scroll']}>
      <table className={css['table']}>
        <thead>
          <tr>
            <th>Label</th>
            <th>Created</th>
            <th>Last used</th>
            <th>Expires</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td className={css['main']}>{token.label}</td>
              <td>
                <RelativeTime at={token.createdAt} />
              </td>
              <td>{token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} /> : <span className={css['quiet']}>never</span>}</td>
              <td>{token.expiresAt ? <RelativeTime at={token.expiresAt} /> : 'never'}</td>
              <td className={css['acts']}>
                <IconButton icon="trash" label={`Revoke ${token.label}`} size="s" onClick={() => onRevoke(token)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CreateTokenDialog({ onClose }: { onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('90');
  const create = useMutation({
    mutationFn: () => api.post<NewApiToken>('/api/tokens', { label: label.trim(), expiresInDays: Number(days) }),
    meta: { quiet: true },
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.tokens }),
  });
  if (create.data) return <TokenSecret token={create.data} onClose={onClose} />;
  return (
    <FormDialog
      title="Create API token"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      submit="Create"
      busy={create.isPending}
      ready={label.trim() !== ''}
      what="create the token"
      error={create.error}
    >
      <TextField label="Label" placeholder="Nightly export" hint="Where the token will live." data-autofocus required value={label} onChange={(e) => setLabel(e.currentTarget.value)} />
      <SelectField label="Expires after" value={days} onChange={setDays} options={lifetimes} />
    </FormDialog>
  );
}

function TokenSecret({ token, onClose }: { token: NewApiToken; onClose: () => void }): ReactElement {
  const copy = () => {
    void navigator.clipboard.writeText(token.token).then(() => toast({ title: 'Token copied', tone: 'success' }));
  };
  return (
    <Dialog title={`Token “${token.label}”`} onClose={onClose} sticky footer={<Button variant="primary" onClick={onClose}>I have stored it</Button>}>
      <Notice tone="warning">This is the only time the token is shown. Store it now.</Notice>
      <div className={css['secret']}>
        <code>{token.token}</code>
        <IconButton icon="copy" label="Copy the token" onClick={copy} />
      </div>
    </Dialog>
  );
}

function RevokeDialog({ token, onClose }: { token: ApiToken; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.delete(`/api/tokens/${token.id}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.tokens });
      toast({ title: `Token “${token.label}” revoked`, tone: 'success' });
      onClose();
    },
  });
  return (
    <Dialog
      title="Revoke this token?"
      onClose={onClose}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" busy={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke “{token.label}”
          </Button>
        </>
      }
    >
      <p>
        Whatever uses it is refused from this moment.{' '}
        {token.lastUsedAt ? (
          <>
            It was last used <RelativeTime at={token.lastUsedAt} />.
          </>
        ) : (
          'It was never used.'
        )}{' '}
        A revoked token cannot come back; create a new one instead.
      </p>
    </Dialog>
  );
}
