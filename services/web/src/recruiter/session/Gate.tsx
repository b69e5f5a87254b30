import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Shell } from '../../ui/Shell';
import { Spinner } from '../../ui/Spinner';
import { pageSettings, signedIn } from '../api';
import { Failed } from '../parts/Failed';
import { SignIn } from './SignIn';

/**
 * Shows the page to whoever may see it. Others sign in in its place: the address stays, and with it where they were
 * going.
 */
export function Gate({ children }: { children: ReactNode }) {
  const page = useQuery(pageSettings);
  const session = useQuery(signedIn);
  if (page.data && (page.data.open || session.data?.signed_in)) return children;
  if (page.data && session.data) return <SignIn withIssuer={page.data.sign_in.oidc} />;
  const broken = [page, session].find(({ error }) => error);
  return (
    <Shell>
      {broken?.error ? (
        <Failed error={broken.error} onRetry={() => void broken.refetch()} />
      ) : (
        <Spinner label="Opening the page" />
      )}
    </Shell>
  );
}
