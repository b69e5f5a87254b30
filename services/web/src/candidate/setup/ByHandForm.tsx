import { useState } from 'react';
import { Form } from 'react-aria-components';
import { Button, TextField } from '../../ui/controls';
import type { Connection } from '../interview';
import { wrongWithToken, wrongWithUrl } from './byHand';
import css from './SetUp.module.css';

/** For who runs Viva on their own machine: any LiveKit room, with a token of their own. */
export function ByHandForm({ onJoin }: { onJoin: (connection: Connection) => void }) {
  const [url, setUrl] = useState('');
  const [token, setToken] = useState('');
  const [isSent, setSent] = useState(false);
  const wrong = { url: wrongWithUrl(url), token: wrongWithToken(token) };
  return (
    <Form
      className={css.form ?? ''}
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        setSent(true);
        if (!wrong.url && !wrong.token) onJoin({ serverUrl: url.trim(), token: token.trim() });
      }}
    >
      <TextField
        label="LiveKit URL"
        placeholder="ws://localhost:7880"
        autoComplete="off"
        value={url}
        onChange={setUrl}
        error={isSent ? wrong.url : null}
      />
      <TextField
        label="Token"
        description="“viva token --identity you --room my-room” prints one."
        autoComplete="off"
        lines={4}
        value={token}
        onChange={setToken}
        error={isSent ? wrong.token : null}
      />
      <Button type="submit">Join the room</Button>
    </Form>
  );
}
