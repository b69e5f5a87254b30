import { ArrowLeft } from 'lucide-react';
import { Link } from 'react-router';
import css from './BackLink.module.css';

/** From one interview to all of them. */
export function BackLink() {
  return (
    <Link to="/recruiter" className={css.back}>
      <ArrowLeft aria-hidden size={16} />
      Interviews
    </Link>
  );
}
