import type { ReactNode } from 'react';
import { ChevronRight } from 'lucide-react';
import css from './Fold.module.css';

/** What only some want to see: folded away under its title. */
export function Fold({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className={css.fold}>
      <summary>
        <ChevronRight aria-hidden size={18} className={css.arrow} />
        {title}
      </summary>
      <div className={css.content}>{children}</div>
    </details>
  );
}
