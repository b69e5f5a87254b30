import { Button } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import { messageOf } from '../api';

/** Something could not be read or done: why, and a way to try again. */
export function Failed({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  return (
    <Notice kind="danger">
      <p>{messageOf(error)}</p>
      {onRetry ? <Button onPress={onRetry}>Try again</Button> : null}
    </Notice>
  );
}
