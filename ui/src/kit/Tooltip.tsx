import { Tooltip as MantineTooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { floatingRegion } from './floating';
import { Kbd } from './Kbd';
import css from './floating.module.css';

export interface TooltipProps {
  label: string;
  keys?: string | undefined;
  /** One element that takes a ref and mouse handlers. */
  children: ReactElement;
  position?: 'top' | 'bottom' | 'right' | 'left';
}

/** A word about a control, after a short rest of the pointer or on focus. */
export function Tooltip({ label, keys, children, position = 'bottom' }: TooltipProps): ReactElement {
  return (
    <MantineTooltip
      label={
        <span className={css['tip']}>
          {label}
          {keys && <Kbd keys={keys} />}
        </span>
      }
      position={position}
      openDelay={400}
      offset={6}
      transitionProps={{ duration: 100 }}
      classNames={{ tooltip: css['tooltip'] ?? '' }}
      events={{ hover: true, focus: true, touch: false }}
      withinPortal
      portalProps={{ target: floatingRegion() }}
    >
      {children}
    </MantineTooltip>
  );
}
