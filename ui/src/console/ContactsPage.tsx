import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { ApiError } from '../api';
import { Breadcrumb, Button, Checkbox, EmptyState, ErrorState, FormDialog, IconButton, Notice, RelativeTime, SkeletonRows, TextField, toast } from '../kit';
import { Page } from '../shell';
import css from './Console.module.css';
import { AskReason, Go } from './parts';
import { ask, platform } from './platform';
import type { Contact, SiteFull } from './wire';

/** Whom to call, of every customer. */
export function ContactsPage(): ReactElement {
  const list = useInfiniteQuery(ask.contacts());
  const contacts = list.data?.pages.flatMap((page) => page.contacts) ?? [];
  const [editing, setEditing] = useState<Contact | null>(null);
  const [removing, setRemoving] = useState<Contact | null>(null);
  const queries = useQueryClient();
  const unknown = contacts.filter((contact) => !contact.verified).length;
  return (
    <Page title="Contacts" head={<Breadcrumb>{['Contacts']}</Breadcrumb>} shape="wide">
      {list.isPending ? (
        <SkeletonRows />
      ) : list.isError ? (
        <ErrorState what="list the contacts" error={list.error} onRetry={() => void list.refetch()} />
      ) : contacts.length === 0 ? (
        <EmptyState icon="members" title="Nobody to call yet" action={<Go to="fleet">Choose a site</Go>}>
          Contacts are registered on the page of a site. They live outside of every tenant.
        </EmptyState>
      ) : (
        <>
          {unknown > 0 && (
            <div className={css['lead']}>
              <Notice tone="info">
                {unknown === contacts.length && !list.hasNextPage ? 'None' : `${contacts.length - unknown} of ${contacts.length}`} of these said that mail reaches them. Ask each once: on the worst day it is too late.
              </Notice>
            </div>
          )}
          <div className={css['scroll']} tabIndex={0} role="region" aria-label="Contacts">
            <table className={css['table']}>
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Customer</th>
                  <th>For</th>
                  <th>Role</th>
                  <th>Mail</th>
                  <th>Reached</th>
                  <th>Acts</th>
                </tr>
              </thead>
              <tbody>
                {contacts.map((contact) => (
                  <tr key={contact.id}>
                    <th scope="row">{contact.name}</th>
                    <td>{contact.customer}</td>
                    <td>{contact.site ? <Go to={`sites/${contact.site}`}>{contact.site_name || contact.site}</Go> : 'all sites'}</td>
                    <td>{contact.role}</td>
                    <td>
                      <a href={`mailto:${contact.email}`}>{contact.email}</a>
                    </td>
                    <td>
                      <Reached contact={contact} />
                    </td>
                    <td>
                      <span className={css['links']}>
                        <Verify contact={contact} />
                        <IconButton icon="edit" label={`Edit ${contact.name}`} size="s" onClick={() => setEditing(contact)} />
                        <IconButton icon="trash" label={`Remove ${contact.name}`} size="s" onClick={() => setRemoving(contact)} />
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {list.hasNextPage && (
              <div className={css['more']}>
                <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  Show more
                </Button>
              </div>
            )}
          </div>
        </>
      )}
      {editing && <EditContactDialog contact={editing} onClose={() => setEditing(null)} />}
      {removing && (
        <AskReason
          title={`Call ${removing.name} no more?`}
          wayBack="add them again on the page of a site. The ledger keeps that they were removed, not who they were."
          act={`Remove ${removing.name}`}
          danger
          example="Left the company."
          onClose={() => setRemoving(null)}
          run={(reason) => platform.post(`/contacts/${removing.id}/remove`, { reason })}
          done={() => void queries.invalidateQueries({ queryKey: ['console'] })}
        >
          <p>
            {removing.customer} then has to be told by somebody else when {removing.site_name ? `${removing.site_name} is` : 'its sites are'} in trouble.
          </p>
        </AskReason>
      )}
    </Page>
  );
}

/** Whether a contact said that mail reaches them. */
function Reached({ contact }: { contact: Contact }): ReactElement {
  if (contact.verified)
    return (
      <span className={css['state']} data-tone="green">
        said so <RelativeTime at={contact.verified} />
      </span>
    );
  if (contact.asked)
    return (
      <span className={css['state']} data-tone="amber">
        asked <RelativeTime at={contact.asked} />
      </span>
    );
  return <span className={css['quiet']}>never asked</span>;
}

function Verify({ contact }: { contact: Contact }): ReactElement {
  const queries = useQueryClient();
  const go = useMutation({
    mutationFn: () => platform.post(`/contacts/${contact.id}/verify`),
    onSuccess: () => {
      toast({ title: `${contact.name} was asked by mail.` });
      return queries.invalidateQueries({ queryKey: ['console', 'contacts'] });
    },
  });
  return (
    <Button size="s" busy={go.isPending} onClick={() => go.mutate()} aria-label={`Ask ${contact.name} whether mail reaches them`}>
      Ask
    </Button>
  );
}

function EditContactDialog({ contact, onClose }: { contact: Contact; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [form, setForm] = useState({ name: contact.name, email: contact.email, role: contact.role });
  const save = useMutation({
    mutationFn: () => platform.put(`/contacts/${contact.id}`, { name: form.name.trim(), email: form.email.trim(), role: form.role.trim() }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console'] });
      onClose();
    },
  });
  const wrong = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <FormDialog
      title={`${contact.name} of ${contact.customer ?? ''}`}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Save"
      busy={save.isPending}
      what="save the contact"
      error={Object.keys(wrong).length === 0 ? save.error : null}
    >
      <TextField label="Name" required data-autofocus value={form.name} error={wrong['name']} onChange={(e) => setForm({ ...form, name: e.currentTarget.value })} />
      <TextField label="Mail" type="email" required value={form.email} error={wrong['email']} hint="Another address has to be asked anew." onChange={(e) => setForm({ ...form, email: e.currentTarget.value })} />
      <TextField label="Role" required value={form.role} error={wrong['role']} onChange={(e) => setForm({ ...form, role: e.currentTarget.value })} />
    </FormDialog>
  );
}

export function AddContactDialog({ site, onClose }: { site: SiteFull; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('');
  const [all, setAll] = useState(false);
  const add = useMutation({
    mutationFn: () => platform.post(`/sites/${site.id}/contacts`, { name: name.trim(), email: email.trim(), role: role.trim(), all_sites: all }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console'] });
      onClose();
    },
  });
  const wrong = add.error instanceof ApiError ? add.error.fields : {};
  return (
    <FormDialog
      title={`Whom to call for ${site.name}`}
      onClose={onClose}
      sticky={name !== ''}
      onSubmit={() => add.mutate()}
      submit="Add contact"
      busy={add.isPending}
      what="add the contact"
      error={Object.keys(wrong).length === 0 ? add.error : null}
    >
      <TextField label="Name" required data-autofocus value={name} error={wrong['name']} onChange={(e) => setName(e.currentTarget.value)} />
      <TextField label="Mail" type="email" required value={email} error={wrong['email']} onChange={(e) => setEmail(e.currentTarget.value)} hint="Told within minutes when the site is lost." />
      <TextField label="Role" required placeholder="Head of IT" value={role} error={wrong['role']} onChange={(e) => setRole(e.currentTarget.value)} />
      <Checkbox label={`For every site of ${site.customer}`} checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />
    </FormDialog>
  );
}
