import { Shell } from '../../ui/Shell';
import type { Choice } from '../choice';
import type { Interview, Session } from '../interview';

type Props = {
  interview: Interview;
  session: Session;
  choice: Choice;
  /** The candidate, or what failed, wants to go on in writing. */
  onWriting: () => void;
  onLeave: () => void;
  /** The interview has ended. */
  onEnd: () => void;
};

export default function VoiceRoom({ session }: Props) {
  return (
    <Shell width="wide">
      <h1>{session.title}</h1>
    </Shell>
  );
}
