import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactElement } from 'react';
import { Avatar, Button, Field, Icon, Picker, type IconName } from '../../kit';
import { peopleQuery, escalationsQuery, schedulesQuery, teamsQuery } from '../queries';
import type { Target } from '../wire';
import css from './parts.module.css';
import { targetOf, targetOptions, targetValue, type TargetKind, type TargetOption } from './targets';

const icons: Readonly<Record<TargetKind, IconName>> = { user: 'user', team: 'members', schedule: 'calendar', escalation: 'arrowUp', none: 'close' };

/** What alerts can go to, for a list of choices. */
export function useTargets(kinds: readonly TargetKind[]): { options: TargetOption[]; loading: boolean } {
  const people = useQuery({ ...peopleQuery, enabled: kinds.includes('user') });
  const teams = useQuery({ ...teamsQuery, enabled: kinds.includes('team') });
  const schedules = useQuery({ ...schedulesQuery, enabled: kinds.includes('schedule') });
  const escalations = useQuery({ ...escalationsQuery, enabled: kinds.includes('escalation') });
  const wanted = kinds.join(' ');
  const options = useMemo(
    () => targetOptions({ people: people.data ?? [], teams: teams.data ?? [], schedules: schedules.data ?? [], escalations: escalations.data ?? [] }, wanted.split(' ') as TargetKind[]),
    [people.data, teams.data, schedules.data, escalations.data, wanted],
  );
  return { options, loading: people.isLoading || teams.isLoading || schedules.isLoading || escalations.isLoading };
}

/** Gives people and teams the names they have now; what is gone keeps what it was called. */
export function useNamed(): (target: Target) => Target {
  const { options } = useTargets(['team', 'user']);
  return (target) => {
    const found = options.find((option) => option.value === targetValue(target));
    return found ? { ...target, name: found.label } : target;
  };
}

function Mark({ option }: { option: TargetOption }): ReactElement {
  if (option.kind === 'user') return <Avatar person={{ accountId: option.id, displayName: option.label }} />;
  return <Icon name={icons[option.kind]} />;
}

const withMark = (option: TargetOption) => ({ value: option.value, label: option.label, note: option.note, mark: <Mark option={option} /> });

interface TargetPickerProps {
  label: string;
  kinds: readonly TargetKind[];
  value: Target | null;
  onChange: (target: Target) => void;
  error?: string | undefined;
  hint?: string;
  placeholder?: string;
}

/** One person, team, schedule or escalation, in a form. */
export function TargetPicker({ label, kinds, value, onChange, error, hint, placeholder = 'Choose…' }: TargetPickerProps): ReactElement {
  const { options, loading } = useTargets(kinds);
  const chosen = value ? options.find((option) => option.value === targetValue(value)) : undefined;
  const words = chosen?.label ?? value?.name ?? value?.username;
  return (
    <Field label={label} error={error} hint={hint}>
      {({ id, describedBy }) => (
        <Picker
          width={320}
          placeholder={label}
          options={options.map(withMark)}
          loading={loading}
          selected={chosen ? [chosen.value] : []}
          onPick={(picked) => {
            const option = options.find((each) => each.value === picked);
            const target = targetOf(picked);
            onChange(option && target.type !== 'none' ? { ...target, name: option.label } : target);
          }}
          trigger={({ open }) => (
            // The popover gives the button an id of its own, so that a label cannot lead to it.
            <button id={id} type="button" aria-label={`${label}: ${words ?? placeholder}`} aria-describedby={describedBy} className={css['pickButton']} data-empty={!words} onClick={open}>
              {chosen && <Mark option={chosen} />}
              <span>{words ?? placeholder}</span>
              <Icon name="selector" size={12} />
            </button>
          )}
        />
      )}
    </Field>
  );
}

interface TargetListProps {
  label: string;
  kinds: readonly TargetKind[];
  value: readonly Target[];
  onChange: (targets: Target[]) => void;
  error?: string | undefined;
  /** The order matters: offers to move. */
  ordered?: boolean;
  add?: string;
}

/** Several of them, in order. */
export function TargetList({ label, kinds, value, onChange, error, ordered = false, add = 'Add' }: TargetListProps): ReactElement {
  const { options, loading } = useTargets(kinds);
  const move = (from: number, to: number) => {
    const next = [...value];
    const [item] = next.splice(from, 1);
    if (item) next.splice(to, 0, item);
    onChange(next);
  };
  return (
    <fieldset className={css['fieldset']}>
      <legend>{label}</legend>
      <ol className={css['lines']}>
        {value.map((target, i) => {
          const option = options.find((each) => each.value === targetValue(target));
          const words = option?.label ?? target.name ?? target.username ?? 'Somebody who is gone';
          return (
            <li key={`${targetValue(target)}-${i}`} className={css['line']}>
              {ordered && <span className={css['muted']}>{i + 1}.</span>}
              {option && <Mark option={option} />}
              <span className={css['grow']}>{words}</span>
              {ordered && <Button size="s" variant="subtle" aria-label={`Move ${words} up`} icon="arrowUp" disabled={i === 0} onClick={() => move(i, i - 1)} />}
              {ordered && <Button size="s" variant="subtle" aria-label={`Move ${words} down`} icon="arrowDown" disabled={i === value.length - 1} onClick={() => move(i, i + 1)} />}
              <Button size="s" variant="subtle" aria-label={`Take ${words} out`} icon="close" onClick={() => onChange(value.filter((_, at) => at !== i))} />
            </li>
          );
        })}
        <li>
          <Picker
            width={320}
            placeholder={add}
            options={options.map(withMark)}
            loading={loading}
            selected={[]}
            onPick={(picked) => {
              const option = options.find((each) => each.value === picked);
              onChange([...value, { ...targetOf(picked), ...(option ? { name: option.label } : {}) }]);
            }}
            trigger={({ open }) => (
              <Button size="s" icon="plus" onClick={open}>
                {add}
              </Button>
            )}
          />
        </li>
      </ol>
      {error && (
        <p role="alert" className={css['muted']}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
