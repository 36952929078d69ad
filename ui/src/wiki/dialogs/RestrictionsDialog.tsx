import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Avatar, Button, Dialog, ErrorState, Icon, IconButton, Notice, toast } from '../../kit';
import { useSignedIn } from '../../shell';
import { pageTo } from '../paths';
import { pagePath } from '../queries';
import { keys } from '../stale';
import type { Subject, WikiPage } from '../wire';
import css from './Dialogs.module.css';
import { allOf, locksOut, withRight, without, type Right } from './restrictions';
import { SubjectPicker } from './SubjectPicker';

const nameOf = (subject: Subject): string => subject.person?.displayName ?? subject.name;

/** Who may see and change the page, and which pages above narrow that too. */
export function RestrictionsDialog({ page, onClose }: { page: WikiPage; onClose: () => void }): ReactElement {
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const [state, setState] = useState({ read: page.restrictions.read, update: page.restrictions.update });
  const may = page.can.restrict;
  const subjects = allOf(state);
  const inherited = page.restrictions.inherited;
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.put(`${pagePath(page.id)}/restrictions`, { read: wire(state.read), update: wire(state.update) }),
    onSuccess: async () => {
      await Promise.all([keys.pages, keys.trees].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: state.read.length + state.update.length === 0 ? 'The page is open to the space' : 'Restrictions saved', tone: 'success' });
      onClose();
    },
  });
  const out = locksOut(state, account.accountId);
  const explains =
    state.read.length === 0 && state.update.length === 0
      ? 'Everybody who may see the space sees this page, and whoever may write in the space changes it.'
      : state.read.length === 0
        ? 'Everybody who may see the space sees this page. Only those named may change it.'
        : 'Only those named see this page and the pages below it.';
  return (
    <Dialog
      title="Who may see and change this page"
      width={560}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footer={
        may ? (
          <>
            <Button variant="subtle" data-autofocus onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" busy={save.isPending}>
              Save
            </Button>
          </>
        ) : (
          <Button data-autofocus onClick={onClose}>Close</Button>
        )
      }
    >
      <p>{explains}</p>
      {inherited.length > 0 && (
        <Notice tone="info">
          {inherited.map((each) => (
            <div key={each.id}>
              Because of <Link {...pageTo({ id: each.id, spaceKey: page.space.key, title: each.title })}>{each.title}</Link> above, only {each.read.map(nameOf).join(', ')} can see it.
            </div>
          ))}
        </Notice>
      )}
      {subjects.length > 0 && (
        <ul className={css['subjects']} aria-label="People and groups">
          {subjects.map((subject) => {
            const right: Right = state.update.some((each) => each.type === subject.type && each.name === subject.name) ? 'update' : 'read';
            return (
              <li key={`${subject.type}-${subject.name}`}>
                {subject.type === 'user' ? <Avatar person={subject.person ?? { accountId: subject.name, displayName: subject.name }} size={24} /> : <Icon name="members" />}
                <span>
                  {nameOf(subject)}
                  {subject.type === 'group' && <small>group</small>}
                </span>
                <select aria-label={`What ${nameOf(subject)} may do`} className={css['select']} value={right} disabled={!may} onChange={(event) => setState(withRight(state, subject, event.currentTarget.value as Right))}>
                  <option value="read">may view</option>
                  <option value="update">may edit</option>
                </select>
                {may && <IconButton icon="close" size="s" label={`Take ${nameOf(subject)} out`} onClick={() => setState(without(state, subject))} />}
              </li>
            );
          })}
        </ul>
      )}
      {may && (
        <div className={css['line']}>
          <SubjectPicker taken={subjects} label="Add a person or group" onPick={(subject) => setState(withRight(subjects.length === 0 && subject.name !== account.accountId ? withRight(state, { type: 'user', name: account.accountId, person: { ...account, active: true } }, 'update') : state, subject, 'read'))} />
          {subjects.length > 0 && (
            <Button size="s" variant="subtle" onClick={() => setState({ read: [], update: [] })}>
              Open it to the space
            </Button>
          )}
        </div>
      )}
      {out && may && <Notice tone="warning">You are not among them, unless a group has you: after saving you may not see this page.</Notice>}
      {!may && <p className={css['hint']}>You may not change this.</p>}
      {save.error && <ErrorState compact what="save the restrictions" error={save.error} />}
    </Dialog>
  );
}

const wire = (subjects: readonly Subject[]) => subjects.map(({ type, name }) => ({ type, name }));
