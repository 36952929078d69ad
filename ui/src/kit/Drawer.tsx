import { Drawer as MantineDrawer } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import css from './Dialog.module.css';

export interface DrawerProps {
  label: string;
  opened: boolean;
  onClose: () => void;
  side?: 'left' | 'right' | 'bottom';
  size?: number | string;
  children: ReactNode;
}

/** A panel that slides over the page from an edge. */
export function Drawer({ label, opened, onClose, side = 'left', size = 288, children }: DrawerProps): ReactElement {
  return (
    <MantineDrawer.Root opened={opened} onClose={onClose} position={side} size={size} transitionProps={{ duration: 120 }} lockScroll={false} classNames={{ overlay: css['overlay'] ?? '', content: css['drawer'] ?? '' }}>
      <MantineDrawer.Overlay />
      <MantineDrawer.Content aria-label={label} radius={0}>
        {children}
      </MantineDrawer.Content>
    </MantineDrawer.Root>
  );
}
