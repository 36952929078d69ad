import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { ApiError, keys, setUp, type SetupRequest } from '../api';
import { Button, ErrorState, TextField } from '../kit';
import { usePageTitle } from '../shell';
import { Entrance } from './Entrance';
import css from './Entrance.module.css';
import { setupProblems, slugOf } from './setup';

const empty: SetupRequest = { organization: '', site: '', slug: '', name: '', email: '', password: '' };

/** First run: makes the organization, its first site and its first administrator. */
export function SetupPage(): ReactElement {
  usePageTitle('Set up');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState(empty);
  const [ownSlug, setOwnSlug] = useState(false);
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: setUp,
    meta: { quiet: true },
    onSuccess: (session) => {
      queries.setQueryData(keys.session, session);
      void navigate({ to: '/projects' });
    },
  });
  const refused = create.error instanceof ApiError ? create.error.fields : {};
  const problems = tried ? setupProblems(form) : {};
  const field = (name: keyof SetupRequest) => ({
    value: form[name],
    error: problems[name] ?? refused[name],
    name,
    onChange: (event: FormEvent<HTMLInputElement>) => {
      const value = event.currentTarget.value;
      if (name === 'slug') setOwnSlug(value !== '');
      setForm((before) => ({
        ...before,
        [name]: value,
        ...(name === 'site' && !ownSlug ? { slug: slugOf(value) } : {}),
      }));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(setupProblems(form)).length === 0) create.mutate(form);
  };
  const unplaced = create.error && Object.keys(refused).length === 0;

  return (
    <Entrance title="Set up Holdfast" foot="Everything stays on this server, and all of it can be changed later.">
      <p className={css['lead']}>A minute, and your team can start. Nothing exists here yet.</p>
      <form onSubmit={submit} noValidate>
        <TextField label="Organization" placeholder="Acme GmbH" autoFocus autoComplete="organization" required {...field('organization')} />
        <TextField label="Site name" placeholder="Acme" required {...field('site')} hint="What people see at the top left." />
        <TextField label="Short name in addresses" required prefix="/s/" spellCheck={false} {...field('slug')} />
        <h2 className={css['part']}>You, the first administrator</h2>
        <TextField label="Your name" autoComplete="name" required {...field('name')} />
        <TextField label="Email" type="email" autoComplete="username" required {...field('email')} />
        <TextField label="Password" type="password" autoComplete="new-password" required hint="At least 12 characters. A sentence is good." {...field('password')} />
        {unplaced && <ErrorState compact what="set up the site" error={create.error} />}
        <Button type="submit" variant="primary" size="l" busy={create.isPending}>
          {create.isPending ? 'Setting up…' : 'Create the site'}
        </Button>
      </form>
    </Entrance>
  );
}
