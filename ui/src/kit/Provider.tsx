import '@mantine/core/styles/default-css-variables.layer.css';
import '@mantine/core/styles/UnstyledButton.layer.css';
import '@mantine/core/styles/Overlay.layer.css';
import '@mantine/core/styles/Popover.layer.css';
import '@mantine/core/styles/Tooltip.layer.css';
import '@mantine/core/styles/Paper.layer.css';
import '@mantine/core/styles/Menu.layer.css';
import '@mantine/core/styles/ModalBase.layer.css';
import '@mantine/core/styles/Modal.layer.css';
import '@mantine/core/styles/Drawer.layer.css';
import './fonts.css';
import './tokens.css';
import './base.css';
import { createTheme, MantineProvider } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTheme } from './theme';
import { ToastRegion } from './Toast';

const theme = createTheme({
  fontFamily: 'var(--hf-font)',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: 6,
  respectReducedMotion: true,
  cursorType: 'pointer',
});

/** Surrounds the application: colours, toasts, and the framework under the kit. */
export function KitProvider({ children }: { children: ReactNode }): ReactElement {
  const { resolved } = useTheme();
  return (
    <MantineProvider theme={theme} forceColorScheme={resolved} withGlobalClasses={false}>
      {children}
      <ToastRegion />
    </MantineProvider>
  );
}
