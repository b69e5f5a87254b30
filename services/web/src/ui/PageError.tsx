import { useRouteError } from 'react-router';
import { Button } from './controls';
import { Notice } from './Notice';
import { Shell } from './Shell';

/** The page itself failed, or has no such address. */
export function PageError() {
  const error = useRouteError();
  const isMissing = typeof error === 'object' && error !== null && 'status' in error && error.status === 404;
  return (
    <Shell>
      <h1>{isMissing ? 'There is no such page' : 'Something went wrong on this page'}</h1>
      <Notice kind="danger">
        <p>
          {isMissing
            ? 'Check the address, or open the link that you were sent.'
            : 'What you said and wrote in an interview is kept. Reload the page to go on.'}
        </p>
        <Button look="primary" onPress={() => location.reload()}>
          Reload
        </Button>
      </Notice>
    </Shell>
  );
}
