import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './controls';
import css from './ConfirmDialog.module.css';

type Props = {
  isOpen: boolean;
  title: string;
  children: ReactNode;
  /** What is done, as a verb: "Leave", "Delete". */
  action: string;
  isDangerous?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Asks once before something that cannot be taken back. Escape cancels. */
export function ConfirmDialog({ isOpen, title, children, action, isDangerous, onConfirm, onCancel }: Props) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onCancel();
      }}
      className={css.overlay ?? ''}
    >
      <Modal className={css.modal ?? ''}>
        <Dialog role="alertdialog" className={css.dialog ?? ''}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          <div>{children}</div>
          <div className={css.buttons}>
            <Button onPress={onCancel} autoFocus>
              Cancel
            </Button>
            <Button look={isDangerous ? 'danger' : 'primary'} onPress={onConfirm}>
              {action}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
