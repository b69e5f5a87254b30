import type { ReactNode } from 'react';
import css from './Card.module.css';

/** A part of a page that stands for itself, under a heading of its own. */
export function Card({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className={css.card}>
      {title ? <h2>{title}</h2> : null}
      {children}
    </section>
  );
}
