import { useEffect, useEffectEvent } from 'react';
import { type Command, commandOf } from './shortcuts';

/** Single keys for the room's controls. */
export function useShortcuts(isOn: boolean, commands: Partial<Record<Command, () => void>>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const command = commandOf(event);
    if (!command || !commands[command]) return;
    event.preventDefault();
    commands[command]();
  });
  useEffect(() => {
    if (!isOn) return;
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOn]);
}
