import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import dialog from '../../ui/ConfirmDialog.module.css';
import { Button, Switch } from '../../ui/controls';
import { type Command, KEYS } from './shortcuts';
import css from './ShortcutsDialog.module.css';

const WHAT: Record<Command, string> = {
  microphone: 'Microphone on or off',
  camera: 'Camera on or off',
  screen: 'Show your screen, or stop',
  devices: 'Another microphone, speaker or camera',
  captions: 'Captions',
  transcript: 'Transcript; closed, it is not read out either',
  writing: 'Go on in text mode',
  leave: 'Leave',
  help: 'This list',
};

type Props = {
  isOpen: boolean;
  isOn: boolean;
  commands: Partial<Record<Command, () => void>>;
  onTurn: (isOn: boolean) => void;
  onClose: () => void;
};

export function ShortcutsDialog({ isOpen, isOn, commands, onTurn, onClose }: Props) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className={dialog.overlay ?? ''}
    >
      <Modal className={dialog.modal ?? ''}>
        <Dialog className={dialog.dialog ?? ''}>
          <Heading slot="title" level={2}>
            Keyboard shortcuts
          </Heading>
          <dl className={css.keys}>
            {Object.entries(KEYS).map(([command, key]) =>
              commands[command as Command] ? (
                <div key={command}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{WHAT[command as Command]}</dd>
                </div>
              ) : null,
            )}
          </dl>
          <Switch isSelected={isOn} onChange={onTurn}>
            Use these keys
          </Switch>
          <div className={dialog.buttons}>
            <Button onPress={onClose} autoFocus>
              Close
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
