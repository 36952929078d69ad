import { useMemo, type ReactElement } from 'react';
import { Button, Field, Icon, Picker, useNow } from '../../kit';
import css from './parts.module.css';
import { allZones, ownZone, zoneAbbreviation } from './zone';

function useZones(first: readonly string[]) {
  const now = useNow();
  return useMemo(() => {
    return [...new Set([...first, ...allZones()])].map((zone) => ({ value: zone, label: zone.replaceAll('_', ' '), note: zoneAbbreviation(now, zone) }));
  }, [first, now]);
}

const none: readonly string[] = [];

/** In a toolbar: by whose clock times are shown. */
export function ZoneButton({ zone, home, onChange }: { zone: string; home: string; onChange: (zone: string) => void }): ReactElement {
  const first = useMemo(() => [home, ownZone()], [home]);
  const options = useZones(first);
  return (
    <Picker
      width={300}
      position="bottom-end"
      placeholder="Time zone"
      options={options}
      selected={[zone]}
      onPick={onChange}
      trigger={({ open }) => (
        <Button icon="globe" size="s" title="Times are shown by this clock" aria-label={`Time zone: ${zone}`} onClick={open}>
          {zone.replaceAll('_', ' ')}
        </Button>
      )}
    />
  );
}

/** In a form. */
export function ZoneField({ label, value, onChange, error, hint }: { label: string; value: string; onChange: (zone: string) => void; error?: string | undefined; hint?: string }): ReactElement {
  const options = useZones(none);
  return (
    <Field label={label} error={error} hint={hint}>
      {({ id, describedBy }) => (
        <Picker
          width={300}
          placeholder="Time zone"
          options={options}
          selected={[value]}
          onPick={onChange}
          trigger={({ open }) => (
            <button id={id} type="button" aria-label={`${label}: ${value.replaceAll('_', ' ') || 'UTC'}`} aria-describedby={describedBy} className={css['pickButton']} onClick={open}>
              <span>{value.replaceAll('_', ' ') || 'UTC'}</span>
              <Icon name="selector" size={12} />
            </button>
          )}
        />
      )}
    </Field>
  );
}
