import { Button } from '../../ui/controls';
import { Shell } from '../../ui/Shell';
import type { Choice } from '../choice';
import type { Interview, Session } from '../interview';
import type { Way } from '../journey';

type Props = {
  interview: Interview;
  session: Session;
  choice: Choice;
  preload: () => Promise<unknown>;
  onEnter: (way: Way, choice: Choice) => void;
};

export function Lobby({ session, choice, onEnter }: Props) {
  return (
    <Shell>
      <h1>{session.title}</h1>
      <Button look="primary" onPress={() => onEnter('voice', choice)}>
        Start the interview
      </Button>
    </Shell>
  );
}
