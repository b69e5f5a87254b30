import type { ReactNode } from 'react';
import type { Item } from '../api';
import css from './StatusBadge.module.css';

type Props = { status: Item['status']; children: ReactNode };

/** How far an interview is, in words; its colour and dot only repeat them. */
export function StatusBadge({ status, children }: Props) {
  return (
    <span className={`${css.badge ?? ''} ${css[status] ?? ''}`}>
      <span className={css.dot} aria-hidden />
      {children}
    </span>
  );
}
