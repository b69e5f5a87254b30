import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import css from './ModalDialog.module.css';

type Props = {
  isOpen: boolean;
  title: string;
  /** `alertdialog`: it asks before something that cannot be taken back. */
  role?: 'dialog' | 'alertdialog';
  children: ReactNode;
  /** At its end. */
  buttons: ReactNode;
  onClose: () => void;
};

/** Over the page, until it is closed: by a button, Escape, or a click beside it. */
export function ModalDialog({ isOpen, title, role = 'dialog', children, buttons, onClose }: Props) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className={css.overlay ?? ''}
    >
      <Modal className={css.modal ?? ''}>
        <Dialog role={role} className={css.dialog ?? ''}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          <div className={css.buttons}>{buttons}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
