import { useId, type InputHTMLAttributes, type ReactElement, type ReactNode, type Ref, type TextareaHTMLAttributes } from 'react';
import css from './Field.module.css';

export interface FieldFrame {
  label: string;
  /** A quiet line under the input. */
  hint?: ReactNode;
  /** Replaces the hint and is read with the input. */
  error?: string | undefined;
  optional?: boolean;
}

interface FieldProps extends FieldFrame {
  required?: boolean | undefined;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
}

/** A label, one control, and what is to be said about it. */
export function Field({ label, hint, error, optional, required, children }: FieldProps): ReactElement {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={css['field']}>
      <label htmlFor={id} className={css['label']}>
        {label}
        {required && (
          <span aria-hidden="true" className={css['required']}>
            *
          </span>
        )}
        {optional && <span className={css['optional']}>optional</span>}
      </label>
      {children({ id, describedBy: note ? `${id}-note` : undefined, invalid: error !== undefined })}
      {note && (
        <div id={`${id}-note`} className={error ? css['error'] : css['hint']} role={error ? 'alert' : undefined}>
          {note}
        </div>
      )}
    </div>
  );
}

export type TextFieldProps = FieldFrame & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement>; prefix?: string };

export function TextField({ label, hint, error, optional, prefix, className = '', ...rest }: TextFieldProps): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false} required={rest.required}>
      {({ id, describedBy, invalid }) => (
        <span className={`${css['box']} ${className}`} data-invalid={invalid || undefined}>
          {prefix && <span className={css['prefix']}>{prefix}</span>}
          <input id={id} aria-describedby={describedBy} aria-invalid={invalid || undefined} className={css['input']} {...rest} />
        </span>
      )}
    </Field>
  );
}

export type TextAreaFieldProps = FieldFrame & TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> };

export function TextAreaField({ label, hint, error, optional, ...rest }: TextAreaFieldProps): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false} required={rest.required}>
      {({ id, describedBy, invalid }) => (
        <textarea id={id} aria-describedby={describedBy} aria-invalid={invalid || undefined} className={css['area']} rows={4} {...rest} />
      )}
    </Field>
  );
}

export interface SelectFieldProps extends FieldFrame {
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  required?: boolean;
}

/** For a handful of fixed values; use Picker where people search. */
export function SelectField({ label, hint, error, optional, value, onChange, options, required }: SelectFieldProps): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false} required={required}>
      {({ id, describedBy, invalid }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          className={css['select']}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  /** Read aloud; shown beside the box unless `quiet`. */
  label: string;
  quiet?: boolean;
}

export function Checkbox({ label, quiet = false, className = '', ...rest }: CheckboxProps): ReactElement {
  if (quiet) return <input type="checkbox" aria-label={label} className={`${css['check']} ${className}`} {...rest} />;
  return (
    <label className={`${css['checkLabel']} ${className}`}>
      <input type="checkbox" className={css['check']} {...rest} />
      {label}
    </label>
  );
}

export interface SearchInputProps {
  value: string;
  onChange: (value: string) => void;
  /** Read aloud and shown while empty. */
  label: string;
  ref?: Ref<HTMLInputElement>;
  width?: number | string;
}

export function SearchInput({ value, onChange, label, ref, width = 240 }: SearchInputProps): ReactElement {
  return (
    <span className={css['search']} style={{ width }}>
      <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
        <path d="M7 12.250a5.250 5.250 0 1 0 0-10.500 5.250 5.250 0 0 0 0 10.500ZM10.900 10.900l3.350 3.350" />
      </svg>
      <input
        ref={ref}
        type="search"
        className={css['input']}
        value={value}
        aria-label={label}
        placeholder={label}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (value === '') event.currentTarget.blur();
          else onChange('');
        }}
      />
    </span>
  );
}
