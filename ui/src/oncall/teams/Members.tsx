import type { ReactElement } from 'react';
import { api } from '../../api';
import { Avatar, Button, EmptyState, IconButton, Picker, toast } from '../../kit';
import { Section } from '../../shell';
import { useChange } from '../act';
import { usePeople } from '../people';
import parts from '../parts/parts.module.css';
import { Who } from '../parts/marks';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { TeamView } from '../wire';

/** Who belongs to a team and may change it. */
export function Members({ view }: { view: TeamView }): ReactElement {
  const { team, roles, mayEdit } = view;
  const { all, person } = usePeople();
  const path = `${rest}/teams/${segment(team.id)}/members`;
  const stale = [keys.teams, keys.who, keys.me];
  const add = useChange(({ id, role }: { id: string; role: string }) => api.post(path, { user: { id }, role }), { stale });
  const remove = useChange(({ id }: { id: string; role: string }) => api.delete(`${path}/${segment(id)}`), {
    stale,
    onDone: (_, member) => toast({ title: `${person(member.id).displayName} is out of the team`, undo: () => add.mutate(member) }),
  });
  const members = team.members ?? [];
  const inside = new Set(members.map(({ user }) => user.id));
  const roleOptions = [{ value: 'admin', label: 'Administrator' }, { value: 'user', label: 'Member' }, ...roles.map(({ name }) => ({ value: name, label: name }))];
  return (
    <Section
      title="Members"
      hint="Administrators of the team change its rules, escalations and schedules. Members may take shifts of others."
      actions={
        mayEdit && (
          <Picker
            multiple
            position="bottom-end"
            placeholder="Add people"
            width={300}
            options={all.filter(({ id, blocked }) => !blocked && !inside.has(id)).map((user) => ({ value: user.id, label: user.fullName || user.username, note: user.username, mark: <Avatar person={person(user.id)} /> }))}
            selected={[]}
            onPick={(id) => add.mutate({ id, role: 'user' })}
            trigger={({ open }) => (
              <Button size="s" icon="plus" onClick={open}>
                Add people
              </Button>
            )}
          />
        )
      }
    >
      {members.length === 0 ? (
        <EmptyState icon="members" title="Nobody is in this team yet">
          An alert that its rules lead to no one tells its members.
        </EmptyState>
      ) : (
        <table className={parts['table']}>
          <thead>
            <tr>
              <th>Name</th>
              <th>Username</th>
              <th>Role</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {members.map(({ user, role }) => (
              <tr key={user.id}>
                <td className={parts['main']}>
                  <Who word={user.id} size={24} />
                </td>
                <td>{user.username}</td>
                <td>
                  {mayEdit ? (
                    <select className={parts['small']} aria-label={`Role of ${person(user.id).displayName}`} value={role} onChange={(event) => add.mutate({ id: user.id, role: event.currentTarget.value })}>
                      {roleOptions.map((option) => (
                        <option key={option.value} value={option.value}>
                          {option.label}
                        </option>
                      ))}
                    </select>
                  ) : (
                    (roleOptions.find(({ value }) => value === role)?.label ?? role)
                  )}
                </td>
                <td className={parts['acts']}>{mayEdit && <IconButton icon="close" size="s" label={`Take ${person(user.id).displayName} out of the team`} onClick={() => remove.mutate({ id: user.id, role })} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
