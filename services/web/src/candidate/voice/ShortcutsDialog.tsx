import { Button, Switch } from '../../ui/controls';
import { ModalDialog } from '../../ui/ModalDialog';
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
    <ModalDialog
      isOpen={isOpen}
      title="Keyboard shortcuts"
      onClose={onClose}
      buttons={
        <Button onPress={onClose} autoFocus>
          Close
        </Button>
      }
    >
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
    </ModalDialog>
  );
}
