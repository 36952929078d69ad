import type { ButtonHTMLAttributes, ReactElement, ReactNode, Ref } from 'react';
import css from './Button.module.css';
import { Icon, type IconName } from './icons';
import { Tooltip } from './Tooltip';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'primary' | 'default' | 'subtle' | 'danger';
  size?: 's' | 'm' | 'l';
  icon?: IconName;
  iconEnd?: IconName;
  /** Shows that the act is under way and takes no second press. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

export function Button({
  variant = 'default',
  size = 'm',
  icon,
  iconEnd,
  busy = false,
  className = '',
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps): ReactElement {
  return (
    <button
      type={type}
      className={`${css['button']} ${css[variant]} ${css[size]} ${className}`}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span className={css['label']}>{children}</span>}
      {iconEnd && <Icon name={iconEnd} />}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  icon: IconName;
  /** Read aloud and shown as the tooltip. */
  label: string;
  /** Keys that do the same, shown in the tooltip, e.g. "g i". */
  keys?: string | undefined;
  pressed?: boolean;
  size?: 's' | 'm';
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, keys, pressed, size = 'm', className = '', ...rest }: IconButtonProps): ReactElement {
  return (
    <Tooltip label={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        className={`${css['button']} ${css['subtle']} ${css['icon']} ${css[size]} ${className}`}
        {...rest}
      >
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
