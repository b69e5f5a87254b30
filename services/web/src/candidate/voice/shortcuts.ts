import { store, stored } from '../../ui/storage';

/** Single keys for the room's controls. Who dictates to their computer, or mistypes, can turn them off. */
export type Command =
  'microphone' | 'camera' | 'screen' | 'devices' | 'captions' | 'transcript' | 'writing' | 'leave' | 'help';

export const KEYS: Record<Command, string> = {
  microphone: 'M',
  camera: 'V',
  screen: 'S',
  devices: 'D',
  captions: 'C',
  transcript: 'T',
  writing: 'W',
  leave: 'L',
  help: '?',
};

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'target'>;

/** What a key asks for; null: nothing, or it belongs to what is being typed or answered. */
export function commandOf(event: Pressed): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  if (event.target instanceof Element && event.target.closest(TYPING)) return null;
  const key = event.key.toUpperCase();
  const found = Object.entries(KEYS).find(([, its]) => its === key);
  return found ? (found[0] as Command) : null;
}

const TYPING =
  'input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog], [role=listbox], [role=menu]';

const OFF = 'viva.shortcuts_off';

export function areShortcutsOn(): boolean {
  return stored('localStorage', OFF) === null;
}

export function keepShortcutsOn(isOn: boolean): void {
  store('localStorage', OFF, isOn ? null : '1');
}
