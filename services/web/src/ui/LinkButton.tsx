import { Link, type LinkProps } from 'react-router';
import type { ButtonProps } from './controls';
import css from './controls.module.css';

type Props = Omit<LinkProps, 'className'> & { look?: ButtonProps['look'] };

/** A link to another view that looks like a button. */
export function LinkButton({ look = 'secondary', ...props }: Props) {
  return <Link {...props} className={`${css.button ?? ''} ${css.link ?? ''} ${css[look] ?? ''}`} />;
}
