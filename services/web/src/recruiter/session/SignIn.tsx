import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { useLocation } from 'react-router';
import { ok } from '../../api/client';
import { Problem } from '../../api/problem';
import { Card } from '../../ui/Card';
import { Button, TextField } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';
import { door, messageOf, signedIn } from '../api';
import css from './SignIn.module.css';
import { failureOf, wayBack, wrongWithKey } from './signIn';

/** In place of a page that needs a recruiter: by API key, which is exchanged for a cookie and forgotten, or OIDC. */
export function SignIn({ withIssuer }: { withIssuer: boolean }) {
  const location = useLocation();
  const queries = useQueryClient();
  const [key, setKey] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const failure = failureOf(new URLSearchParams(location.search).get('sign_in_error'));
  const signIn = useMutation({
    mutationFn: (bearer: string) =>
      ok(door.POST('/auth/session', { headers: { Authorization: `Bearer ${bearer}` } })),
    onSuccess: (session) => queries.setQueryData(signedIn.queryKey, session),
    onError: (error) =>
      setWrong(
        isUnknown(error) ? 'This key does not open Viva: check it, or ask for another.' : messageOf(error),
      ),
  });
  return (
    <Shell>
      <PageTitle title="Sign in">For recruiters: interviews, reports and what goes on now.</PageTitle>
      {failure ? <Notice kind="warning">{failure}</Notice> : null}
      {withIssuer ? (
        <Card title="With your organisation’s account">
          <Button
            look="primary"
            onPress={() =>
              window.location.assign(`/auth/oidc?return_to=${encodeURIComponent(wayBack(location))}`)
            }
          >
            Continue to sign-in
          </Button>
        </Card>
      ) : null}
      <Card title="With an API key">
        <Form
          className={css.form ?? ''}
          onSubmit={(event) => {
            event.preventDefault();
            const bearer = key.trim();
            const problem = wrongWithKey(bearer);
            setWrong(problem);
            if (!problem && !signIn.isPending) signIn.mutate(bearer);
          }}
        >
          <TextField
            label="API key"
            description="Who runs Viva makes one for you. This page does not keep it."
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={setKey}
            error={wrong}
            validationBehavior="aria"
          />
          <Button type="submit" look={withIssuer ? 'secondary' : 'primary'}>
            {signIn.isPending ? 'Signing in …' : 'Sign in'}
          </Button>
        </Form>
      </Card>
    </Shell>
  );
}

function isUnknown(error: Error): boolean {
  return error instanceof Problem && (error.status === 401 || error.status === 403);
}
