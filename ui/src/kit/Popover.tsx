import { Popover as MantinePopover } from '@mantine/core';
import { useLayoutEffect, type ReactElement, type ReactNode } from 'react';
import { holdKeys } from './ahead';
import css from './floating.module.css';

export interface PopoverProps {
  opened: boolean;
  onChange: (opened: boolean) => void;
  /** One element that takes a ref; it opens the popover itself through onChange. */
  trigger: ReactElement;
  children: ReactNode;
  width?: number | 'target';
  position?: 'bottom-start' | 'bottom-end' | 'right-start' | 'top-start';
  trapFocus?: boolean;
}

export function Popover({ opened, onChange, trigger, children, width, position = 'bottom-start', trapFocus = true }: PopoverProps): ReactElement {
  useLayoutEffect(() => (opened && trapFocus ? holdKeys() : undefined), [opened, trapFocus]);
  return (
    <MantinePopover
      opened={opened}
      onChange={onChange}
      position={position}
      offset={4}
      shadow="none"
      trapFocus={trapFocus}
      returnFocus
      withinPortal
      {...(width === undefined ? {} : { width })}
      transitionProps={{ duration: 80 }}
      classNames={{ dropdown: css['dropdown'] ?? '' }}
    >
      <MantinePopover.Target>{trigger}</MantinePopover.Target>
      <MantinePopover.Dropdown>{children}</MantinePopover.Dropdown>
    </MantinePopover>
  );
}
