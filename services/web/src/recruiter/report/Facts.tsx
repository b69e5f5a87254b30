import { Card } from '../../ui/Card';
import type { Details } from '../api';
import { label } from '../format';
import css from './Record.module.css';

/** What the stages wanted to learn; nothing where they learn nothing. */
export function Facts({ facts }: { facts: Details['facts'] }) {
  const learnt = Object.entries(facts);
  if (!learnt.length) return null;
  return (
    <Card title="What was learnt">
      <dl className={css.list}>
        {learnt.map(([name, value]) => (
          <div key={name}>
            <dt>{label(name)}</dt>
            <dd className={value ? '' : css.none}>{value ?? 'Not learnt'}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
