import { type ReactNode, useEffect, useRef } from 'react';
import css from './PageTitle.module.css';

type Props = {
  /** In the browser's tab, too, before the page's name. */
  title: string;
  /** Under it: what the page is about, in one line. */
  children?: ReactNode;
};

/** A view's heading. It takes the focus when the view appears, so that keyboards and screen readers begin there. */
export function PageTitle({ title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Viva`;
  }, [title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={css.title}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children ? <p>{children}</p> : null}
    </div>
  );
}
