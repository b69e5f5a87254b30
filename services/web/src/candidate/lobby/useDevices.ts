import { useCallback, useEffect, useEffectEvent, useState } from 'react';
import { type Devices, devicesOf, NO_DEVICES } from './devices';

/** Absent where the page was not opened by https, whatever the types say. */
export const mediaDevices: MediaDevices | undefined = navigator.mediaDevices;

/**
 * What is plugged in, kept up to date; `refresh` once a permission lets the browser tell more. `onChange` is called when
 * something is plugged in or out.
 */
export function useDevices(onChange: () => void): { devices: Devices; refresh: () => void } {
  const [devices, setDevices] = useState(NO_DEVICES);

  const refresh = useCallback(() => {
    void mediaDevices?.enumerateDevices().then(
      (infos) => setDevices(devicesOf(infos)),
      () => setDevices(NO_DEVICES), // the browser's own choice will do
    );
  }, []);

  const changed = useEffectEvent(onChange);
  useEffect(() => {
    const listen = () => {
      refresh();
      changed();
    };
    refresh();
    mediaDevices?.addEventListener('devicechange', listen);
    return () => mediaDevices?.removeEventListener('devicechange', listen);
  }, [refresh]);

  return { devices, refresh };
}
