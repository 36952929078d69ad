import { Menu as MantineMenu } from '@mantine/core';
import type { ReactElement } from 'react';
import { floatingRegion } from './floating';
import { Icon, type IconName } from './icons';
import { Kbd } from './Kbd';
import css from './floating.module.css';

export type MenuItem =
  | {
      label: string;
      icon?: IconName;
      keys?: string;
      danger?: boolean;
      disabled?: boolean;
      checked?: boolean;
      onSelect: () => void;
    }
  | { heading: string }
  | 'divider';

export interface MenuProps {
  /** The button that opens the menu; it must take a ref. */
  trigger: ReactElement;
  items: readonly MenuItem[];
  position?: 'bottom-start' | 'bottom-end' | 'top-start' | 'right-start';
  width?: number;
}

export function Menu({ trigger, items, position = 'bottom-end', width = 220 }: MenuProps): ReactElement {
  return (
    <MantineMenu
      position={position}
      width={width}
      offset={4}
      shadow="none"
      withinPortal
      portalProps={{ target: floatingRegion() }}
      // The first item has the focus at once; a placeholder before it would be no part of a menu.
      withInitialFocusPlaceholder={false}
      transitionProps={{ duration: 80 }}
      classNames={{ dropdown: css['dropdown'] ?? '', item: css['item'] ?? '', itemSection: css['section'] ?? '' }}
    >
      <MantineMenu.Target>{trigger}</MantineMenu.Target>
      <MantineMenu.Dropdown>
        {items.map((item, i) => {
          if (item === 'divider') return <hr key={i} className={css['divider']} />;
          if ('heading' in item) return <div key={i} className={css['heading']}>{item.heading}</div>;
          return (
            <MantineMenu.Item
              key={i}
              disabled={item.disabled ?? false}
              data-danger={item.danger}
              leftSection={item.icon ? <Icon name={item.icon} /> : undefined}
              rightSection={item.checked ? <Icon name="check" /> : item.keys ? <Kbd keys={item.keys} /> : undefined}
              onClick={item.onSelect}
            >
              {item.label}
            </MantineMenu.Item>
          );
        })}
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}
