/** What stands in the room's place while it cannot be had. */
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';
import css from './CallRoom.module.css';

export function Elsewhere({ onGoOn, onLeave }: { onGoOn: () => void; onLeave: () => void }) {
  return (
    <Shell>
      <PageTitle title="The interview is open elsewhere" />
      <Notice>
        <p>
          It goes on in another tab or on another device, and can be in one place only. You can close this
          page, or go on here.
        </p>
      </Notice>
      <div className={css.buttons}>
        <Button look="primary" onPress={onGoOn}>
          Go on here
        </Button>
        <Button onPress={onLeave}>Leave</Button>
      </div>
    </Shell>
  );
}

type Props = { message: string; onWriting?: () => void; onAgain: () => void; onLeave: () => void };

export function Unavailable({ message, onWriting, onAgain, onLeave }: Props) {
  return (
    <Shell>
      <PageTitle title="Video unavailable" />
      <Notice kind="warning">
        <p>{message}</p>
        {onWriting ? <p>You can go on in writing at once: what you have said is kept.</p> : null}
      </Notice>
      <div className={css.buttons}>
        {onWriting ? (
          <Button look="primary" onPress={onWriting}>
            Continue in text mode
          </Button>
        ) : null}
        <Button onPress={onAgain}>Try again</Button>
        <Button look="quiet" onPress={onLeave}>
          Leave
        </Button>
      </div>
    </Shell>
  );
}
