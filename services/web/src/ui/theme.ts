/** Dark, unless somebody has chosen light on this device. */
export type Theme = 'dark' | 'light';

const KEY = 'viva.theme';

export function storedTheme(): Theme {
  try {
    return localStorage.getItem(KEY) === 'light' ? 'light' : 'dark';
  } catch {
    return 'dark'; // a browser that keeps nothing
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // it holds for this page, then
  }
}
