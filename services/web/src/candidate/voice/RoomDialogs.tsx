import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DevicesDialog } from './DevicesDialog';
import type { Command } from './shortcuts';
import { ShortcutsDialog } from './ShortcutsDialog';
import type { Switching } from './useSwitching';

export type Open = 'leave' | 'help' | 'devices' | null;

type Props = {
  open: Open;
  onClose: () => void;
  isInterview: boolean;
  onLeave: () => void;
  isCameraOn: boolean;
  switching: Switching;
  hasShortcuts: boolean;
  onShortcuts: (isOn: boolean) => void;
  commands: Partial<Record<Command, () => void>>;
};

/** What opens over the room. */
export function RoomDialogs({ open, onClose, isInterview, onLeave, ...its }: Props) {
  return (
    <>
      <ConfirmDialog
        isOpen={open === 'leave'}
        title="Leave the interview?"
        action="Leave"
        isDangerous
        onConfirm={onLeave}
        onCancel={onClose}
      >
        {isInterview
          ? 'What you have said is kept. You can come back by the same link within a few minutes; after that the interview ends.'
          : 'You leave the room.'}
      </ConfirmDialog>
      <ShortcutsDialog
        isOpen={open === 'help'}
        isOn={its.hasShortcuts}
        commands={its.commands}
        onTurn={its.onShortcuts}
        onClose={onClose}
      />
      <DevicesDialog
        isOpen={open === 'devices'}
        isCameraOn={its.isCameraOn}
        switching={its.switching}
        onClose={onClose}
      />
    </>
  );
}
