import { Moon, Sun } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from './controls';
import css from './Shell.module.css';
import { applyTheme, storedTheme } from './theme';

type Props = {
  /** Beside the name, such as a recruiter's links. */
  navigation?: ReactNode;
  /** `narrow`: texts and forms; `wide`: lists; `full`: what fills the window and does not scroll. */
  width?: 'narrow' | 'wide' | 'full';
  children: ReactNode;
};

/** What every page has: its name, the choice of light or dark, a way past both for keyboards, and the main part. */
export function Shell({ navigation, width = 'narrow', children }: Props) {
  return (
    <>
      <a href="#main" className={css.skip}>
        Skip to the content
      </a>
      <header className={css.header}>
        <span className={css.name}>
          <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden focusable="false">
            <g stroke="currentColor" strokeWidth="3" strokeLinecap="round">
              <path d="M8 13v6M13 9v14M18 12v8M23 7v18" />
            </g>
          </svg>
          Viva
        </span>
        {navigation ? <nav aria-label="Pages">{navigation}</nav> : null}
        <ThemeToggle />
      </header>
      <main id="main" tabIndex={-1} className={`${css.main ?? ''} ${css[width] ?? ''}`}>
        {children}
      </main>
    </>
  );
}

function ThemeToggle() {
  const [theme, setTheme] = useState(storedTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button
      look="quiet"
      aria-label={`Change to ${other} colours`}
      onPress={() => {
        applyTheme(other);
        setTheme(other);
      }}
    >
      {theme === 'dark' ? <Sun aria-hidden size={20} /> : <Moon aria-hidden size={20} />}
    </Button>
  );
}
