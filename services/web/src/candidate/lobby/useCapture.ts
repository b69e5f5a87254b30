import { useCallback, useEffect, useRef, useState } from 'react';
import { type Kind, type MediaProblem, mediaProblemOf } from './devices';
import { mediaDevices } from './useDevices';

type Now = {
  state: 'off' | 'asking' | 'on' | 'failed';
  stream: MediaStream | null;
  /** Of the device that is in use. */
  deviceId: string | null;
  problem: MediaProblem | null;
};

export type Capture = Now & {
  /** Open a device, of which null is the browser's choice; whether it is open. The browser may ask the candidate. */
  start: (deviceId: string | null) => Promise<boolean>;
  stop: () => void;
};

const OFF: Now = { state: 'off', stream: null, deviceId: null, problem: null };

/** A microphone or a camera from `start` on; it is given back by `stop`, and when the component goes. */
export function useCapture(kind: Kind): Capture {
  const [now, setNow] = useState(OFF);
  const open = useRef<MediaStream | null>(null);
  const call = useRef(0); // of several, the last counts

  const release = useCallback(() => {
    call.current += 1;
    for (const track of open.current?.getTracks() ?? []) track.stop();
    open.current = null;
  }, []);

  const stop = useCallback(() => {
    release();
    setNow(OFF);
  }, [release]);

  const start = useCallback(
    async function begin(deviceId: string | null): Promise<boolean> {
      release(); // phones give one device at a time
      const mine = call.current;
      setNow({ ...OFF, state: 'asking' });
      if (!mediaDevices) {
        setNow({ ...OFF, state: 'failed', problem: 'insecure' });
        return false;
      }
      try {
        const stream = await capture(mediaDevices, kind, deviceId);
        const [track] = stream.getTracks();
        if (mine !== call.current) {
          track?.stop();
          return false;
        }
        open.current = stream;
        // It was unplugged, or its permission taken back: take what there is now, or say what is wrong.
        track?.addEventListener('ended', () => void begin(null));
        setNow({ ...OFF, state: 'on', stream, deviceId: track?.getSettings().deviceId ?? null });
        return true;
      } catch (error) {
        if (mine === call.current) setNow({ ...OFF, state: 'failed', problem: mediaProblemOf(error) });
        return false;
      }
    },
    [kind, release],
  );

  useEffect(() => release, [release]);

  return { ...now, start, stop };
}

/** Exactly the device that was chosen, as Chromium takes no notice of a mere wish; if it is gone, what there is. */
async function capture(devices: MediaDevices, kind: Kind, deviceId: string | null): Promise<MediaStream> {
  try {
    return await devices.getUserMedia(constraintsOf(kind, deviceId));
  } catch (error) {
    if (!deviceId || mediaProblemOf(error) !== 'missing') throw error;
    return devices.getUserMedia(constraintsOf(kind, null));
  }
}

function constraintsOf(kind: Kind, deviceId: string | null): MediaStreamConstraints {
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  return kind === 'camera'
    ? { video: { width: 640, height: 480, facingMode: 'user', ...device } }
    : { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...device } };
}
