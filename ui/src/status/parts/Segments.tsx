import { useId, type ReactElement, type ReactNode } from 'react';
import css from './parts.module.css';

export interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: ReactNode; disabled?: boolean }[];
  /** The label is only read aloud. */
  quiet?: boolean;
}

/** One choice of few, all in sight. */
export function Segments<T extends string>({ label, value, onChange, options, quiet = false }: SegmentsProps<T>): ReactElement {
  const name = useId();
  return (
    <fieldset className={css['segments']}>
      <legend className={quiet ? 'visually-hidden' : undefined}>{label}</legend>
      <div className={css['segmentRow']}>
        {options.map((option) => (
          <label key={option.value} className={css['segment']} data-chosen={option.value === value || undefined} data-disabled={option.disabled || undefined}>
            <input type="radio" name={name} value={option.value} checked={option.value === value} disabled={option.disabled} onChange={() => onChange(option.value)} />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
