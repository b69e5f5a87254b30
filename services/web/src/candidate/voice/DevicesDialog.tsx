import { Button, Select } from '../../ui/controls';
import { ModalDialog } from '../../ui/ModalDialog';
import { chosenOf } from '../lobby/devices';
import { supportsSpeakerChoice } from './devices';
import { type Kind, of } from './inUse';
import type { Switching } from './useSwitching';

const LABELS: Record<Kind, string> = { microphone: 'Microphone', speaker: 'Speaker', camera: 'Camera' };

type Props = { isOpen: boolean; isCameraOn: boolean; switching: Switching; onClose: () => void };

/** Another microphone, speaker or camera, at once. */
export function DevicesDialog({ isOpen, isCameraOn, switching, onClose }: Props) {
  const { devices, used, picked, trouble, pick } = switching;
  const kinds: Kind[] = ['microphone'];
  if (supportsSpeakerChoice()) kinds.push('speaker');
  if (isCameraOn) kinds.push('camera');
  return (
    <ModalDialog
      isOpen={isOpen}
      title="Devices"
      onClose={onClose}
      buttons={<Button onPress={onClose}>Close</Button>}
    >
      {kinds.map((kind) => {
        const choices = of(kind, devices);
        return (
          <Select
            key={kind}
            label={LABELS[kind]}
            choices={choices}
            value={chosenOf(choices, used[kind]?.id ?? null, picked[kind])}
            onChange={(id) => pick(kind, id)}
            isDisabled={choices.length === 0}
            error={trouble?.kind === kind ? trouble.message : null}
            {...(choices.length === 0 ? { description: `This page sees no ${kind}.` } : {})}
          />
        );
      })}
    </ModalDialog>
  );
}
