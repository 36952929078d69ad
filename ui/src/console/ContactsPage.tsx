import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { ApiError } from '../api';
import { Breadcrumb, Button, Checkbox, Dialog, EmptyState, ErrorState, RelativeTime, SkeletonRows, TextField } from '../kit';
import { Page } from '../shell';
import css from './Console.module.css';
import { Go } from './parts';
import { ask, platform } from './platform';
import type { SiteFull } from './wire';

/** Whom to call, of every customer. */
export function ContactsPage(): ReactElement {
  const list = useInfiniteQuery(ask.contacts());
  const contacts = list.data?.pages.flatMap((page) => page.contacts) ?? [];
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
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Contacts">
          <table className={css['table']}>
            <thead>
              <tr>
                <th>Name</th>
                <th>Customer</th>
                <th>For</th>
                <th>Role</th>
                <th>Mail</th>
                <th>Since</th>
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
                    <RelativeTime at={contact.created} />
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
      )}
    </Page>
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
    <Dialog
      title={`Whom to call for ${site.name}`}
      onClose={onClose}
      sticky={name !== ''}
      onSubmit={() => add.mutate()}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" busy={add.isPending}>
            Add contact
          </Button>
        </>
      }
    >
      <TextField label="Name" required data-autofocus value={name} error={wrong['name']} onChange={(e) => setName(e.currentTarget.value)} />
      <TextField label="Mail" type="email" required value={email} error={wrong['email']} onChange={(e) => setEmail(e.currentTarget.value)} hint="Told within minutes when the site is lost." />
      <TextField label="Role" required placeholder="Head of IT" value={role} error={wrong['role']} onChange={(e) => setRole(e.currentTarget.value)} />
      <Checkbox label={`For every site of ${site.customer}`} checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />
      {add.error && Object.keys(wrong).length === 0 && <ErrorState compact what="add the contact" error={add.error} />}
    </Dialog>
  );
}
