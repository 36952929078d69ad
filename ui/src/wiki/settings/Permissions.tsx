import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { api } from '../../api';
import { Avatar, Checkbox, ErrorState, Icon, SkeletonRows } from '../../kit';
import { Section } from '../../shell';
import { SubjectPicker } from '../dialogs/SubjectPicker';
import { refused } from '../parts/say';
import { permissionsQuery, spacePath } from '../queries';
import { keys } from '../stale';
import type { Space, Subject } from '../wire';
import { holders, rightKey, rights, type Holder } from './rights';
import css from './Settings.module.css';

interface Change {
  holder: Pick<Holder, 'subjectType' | 'subject'>;
  right: { operation: string; target: string };
  /** The permission to take away; none to give one. */
  id?: string | undefined;
}

/** Who may do what in a space, as a table. */
export function Permissions({ space }: { space: Space }): ReactElement {
  const queries = useQueryClient();
  const permissions = useQuery(permissionsQuery(space.key));
  const path = `${spacePath(space.key)}/permissions`;
  const change = useMutation({
    meta: { quiet: true },
    mutationFn: ({ holder, right, id }: Change) => (id ? api.delete(`${path}/${encodeURIComponent(id)}`) : api.post(path, { subjectType: holder.subjectType, subject: holder.subject, operation: right.operation, target: right.target })),
    onError: (error) => refused('The permission', error),
    onSettled: () => queries.invalidateQueries({ queryKey: ['wiki', 'space'] }).then(() => queries.invalidateQueries({ queryKey: keys.spaces })),
  });
  const may = space.can.administer;
  if (permissions.isPending) return <SkeletonRows rows={5} />;
  if (permissions.isError) return <ErrorState compact what="load who may do what" error={permissions.error} onRetry={() => void permissions.refetch()} />;
  const list = holders(permissions.data);
  const taken: Subject[] = list.flatMap((holder) => (holder.subjectType === 'everyone' ? [] : [{ type: holder.subjectType, name: holder.subject }]));
  return (
    <Section
      title="Who may do what"
      hint="Pages can narrow this further by their own restrictions, never widen it."
      actions={may && <SubjectPicker taken={taken} label="Add a person or group" onPick={(subject) => change.mutate({ holder: { subjectType: subject.type, subject: subject.name }, right: { operation: 'read', target: 'space' } })} />}
    >
      <div className={css['wide']} tabIndex={0} role="group" aria-label="Permissions">
        <table className={css['rights']}>
          <thead>
            <tr>
              <th scope="col">Who</th>
              {rights.map((right) => (
                <th key={rightKey(right)} scope="col">
                  <span>{right.label}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((holder) => (
              <tr key={`${holder.subjectType} ${holder.subject}`}>
                <th scope="row">
                  <span className={css['who']}>
                    {holder.person ? <Avatar person={holder.person} size={20} /> : <Icon name={holder.subjectType === 'everyone' ? 'globe' : 'members'} />}
                    {holder.name}
                  </span>
                </th>
                {rights.map((right) => {
                  const id = holder.has.get(rightKey(right));
                  return (
                    <td key={rightKey(right)}>
                      <Checkbox quiet label={`${holder.name}: ${right.label}`} checked={id !== undefined} disabled={!may || change.isPending} onChange={() => change.mutate({ holder, right, id })} />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!may && <p className={css['hint']}>Only who administers the space may change this.</p>}
    </Section>
  );
}
