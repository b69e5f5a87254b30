import type { ReactNode } from 'react';
import { Button } from './controls';
import { ModalDialog } from './ModalDialog';

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

/** Asks once before something that cannot be taken back. */
export function ConfirmDialog({ isOpen, title, children, action, isDangerous, onConfirm, onCancel }: Props) {
  return (
    <ModalDialog
      isOpen={isOpen}
      title={title}
      role="alertdialog"
      onClose={onCancel}
      buttons={
        <>
          <Button onPress={onCancel} autoFocus>
            Cancel
          </Button>
          <Button look={isDangerous ? 'danger' : 'primary'} onPress={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      <div>{children}</div>
    </ModalDialog>
  );
}
