import { store, stored } from './storage';

/** Dark, unless somebody has chosen light on this device. */
export type Theme = 'dark' | 'light';

const KEY = 'viva.theme';

export function storedTheme(): Theme {
  return stored('localStorage', KEY) === 'light' ? 'light' : 'dark';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  store('localStorage', KEY, theme);
}
