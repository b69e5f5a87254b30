import { Button } from './controls';
import { Notice } from './Notice';
import { Shell } from './Shell';

/** The page itself failed. */
export function PageError() {
  return (
    <Shell>
      <h1>Something went wrong on this page</h1>
      <Notice kind="danger">
        <p>What you said and wrote in an interview is kept. Reload the page to go on.</p>
        <Button look="primary" onPress={() => location.reload()}>
          Reload
        </Button>
      </Notice>
    </Shell>
  );
}
