import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './Notice.module.css';

const ICONS = { info: Info, good: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

/** A message that stands on the page. `danger` and `warning` are read out at once where they appear. */
export function Notice({ kind = 'info', children }: { kind?: keyof typeof ICONS; children: ReactNode }) {
  const Icon = ICONS[kind];
  return (
    <div
      role={kind === 'danger' || kind === 'warning' ? 'alert' : 'status'}
      className={`${css.notice ?? ''} ${css[kind] ?? ''}`}
    >
      <Icon aria-hidden size={20} className={css.icon} />
      <div className={css.body}>{children}</div>
    </div>
  );
}
