import { Modal } from '@mantine/core';
import { useLayoutEffect, type FormEvent, type ReactElement, type ReactNode } from 'react';
import { holdKeys } from './ahead';
import { IconButton } from './Button';
import css from './Dialog.module.css';
import { LayerContext, useNewLayer } from './layers';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot, the main one last. */
  footer?: ReactNode;
  /** Something at the left of the foot, e.g. "Create another". */
  footerStart?: ReactNode;
  /** Makes the body a form that Enter (in a field) and the main button submit. */
  onSubmit?: () => void;
  width?: number;
  /** Keep open on a click outside, when there is work to lose. */
  sticky?: boolean;
  /** No head: the title is only read aloud, and the children fill the box. */
  bare?: boolean;
}

function Body({ title, onClose, children, footer, footerStart, onSubmit, bare }: DialogProps): ReactElement {
  const layer = useNewLayer();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit?.();
  };
  const inside = (
    <>
      <div className={bare ? css['bare'] : css['body']}>{children}</div>
      {footer && (
        <div className={css['footer']}>
          <div className={css['start']}>{footerStart}</div>
          {footer}
        </div>
      )}
    </>
  );
  return (
    <LayerContext value={layer}>
      {!bare && (
        <header className={css['header']}>
          <Modal.Title className={css['title'] ?? ''}>{title}</Modal.Title>
          <IconButton icon="close" label="Close" keys="Escape" size="s" onClick={onClose} />
        </header>
      )}
      {onSubmit ? (
        <form className={css['form']} onSubmit={submit} noValidate>
          {inside}
        </form>
      ) : (
        <div className={css['form']}>{inside}</div>
      )}
    </LayerContext>
  );
}

/** A modal dialog. Mount it to open it; focus returns to where it came from. */
export function Dialog(props: DialogProps): ReactElement {
  useLayoutEffect(() => holdKeys(), []);
  return (
    <Modal.Root
      opened
      onClose={props.onClose}
      size={props.width ?? 520}
      closeOnClickOutside={!props.sticky}
      transitionProps={{ duration: 120, transition: 'fade-up' }}
      yOffset="10vh"
      lockScroll={false}
      classNames={{ overlay: css['overlay'] ?? '', content: css['content'] ?? '' }}
    >
      <Modal.Overlay />
      <Modal.Content radius={8} {...(props.bare ? { 'aria-label': props.title } : {})}>
        <Body {...props} />
      </Modal.Content>
    </Modal.Root>
  );
}
