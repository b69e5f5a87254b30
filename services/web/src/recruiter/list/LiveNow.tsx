import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { Button } from '../../ui/controls';
import { liveNow } from '../api';
import { duration, nameOf, subjectOf } from '../format';
import { StatusBadge } from '../parts/StatusBadge';
import { useNow } from '../../ui/useNow';
import css from './LiveNow.module.css';

/** More than these stand between a recruiter and the list only when they are asked for. */
const SHOWN = 4;

/** Interviews under way; nothing where there is none. */
export function LiveNow() {
  const { data: running = [] } = useQuery(liveNow);
  const [isWhole, setWhole] = useState(false);
  const now = useNow();
  if (!running.length) return null;
  return (
    <section className={css.live} aria-labelledby="live-now">
      <h2 id="live-now">Live now</h2>
      <ul>
        {(isWhole ? running : running.slice(0, SHOWN)).map((item) => (
          <li key={item.session_id} className={css.card}>
            <StatusBadge status="running">
              {item.started_at ? duration((now - Date.parse(item.started_at)) / 1000) : 'Begins'}
            </StatusBadge>
            <Link to={`/recruiter/interviews/${encodeURIComponent(item.session_id)}/live`}>
              {nameOf(item)}
            </Link>
            <span>{subjectOf(item)}</span>
          </li>
        ))}
      </ul>
      {running.length > SHOWN ? (
        <Button look="quiet" aria-expanded={isWhole} onPress={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${running.length}`}
        </Button>
      ) : null}
    </section>
  );
}
