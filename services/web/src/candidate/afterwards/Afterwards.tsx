import { Shell } from '../../ui/Shell';
import type { Interview, Session } from '../interview';

type Props = { interview: Interview; session: Session };

export function Afterwards({ session }: Props) {
  return (
    <Shell>
      <h1>Thank you</h1>
      <p>{session.title}</p>
    </Shell>
  );
}
