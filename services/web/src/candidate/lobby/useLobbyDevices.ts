import { useState } from 'react';
import type { Choice } from '../choice';
import { type Devices, type Kind } from './devices';
import { type Capture, useCapture } from './useCapture';
import { useDevices } from './useDevices';

export type LobbyDevices = {
  devices: Devices;
  microphone: Capture;
  camera: Capture;
  choice: Choice;
  change: (part: Partial<Choice>) => void;
  /** Open a device as it was chosen; whether it is open. */
  open: (kind: Kind, part?: Partial<Choice>) => Promise<boolean>;
  closeCamera: () => void;
};

/** The devices of the lobby, and what was chosen of them. */
export function useLobbyDevices(initial: Choice): LobbyDevices {
  const [choice, setChoice] = useState(initial);
  const microphone = useCapture('microphone');
  const camera = useCapture('camera');
  const { devices, refresh } = useDevices(() => {
    if (microphone.problem === 'missing') void open('microphone');
  });

  const change = (part: Partial<Choice>) => setChoice((now) => ({ ...now, ...part }));

  async function open(kind: Kind, part: Partial<Choice> = {}): Promise<boolean> {
    const isCamera = kind === 'camera';
    if (isCamera) change({ hasCamera: true });
    change(part);
    const wish = { ...choice, ...part }[kind];
    const isOpen = await (isCamera ? camera : microphone).start(wish);
    refresh();
    if (isCamera && !isOpen) change({ hasCamera: false });
    return isOpen;
  }

  const closeCamera = () => {
    camera.stop();
    change({ hasCamera: false });
  };

  return { devices, microphone, camera, choice, change, open, closeCamera };
}
