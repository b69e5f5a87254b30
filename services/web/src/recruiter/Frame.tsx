import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { ok } from '../api/client';
import { Button } from '../ui/controls';
import { Notice } from '../ui/Notice';
import { Shell } from '../ui/Shell';
import { door, messageOf, signedIn } from './api';
import css from './Frame.module.css';

/** What recruiters' pages have in common: the ways between them, and out. */
export function Frame({ width = 'wide', children }: { width?: 'narrow' | 'wide'; children: ReactNode }) {
  const { data: session } = useQuery(signedIn);
  const signOut = useSignOut();
  const onSignOut = session?.signed_in ? () => signOut.mutate() : null;
  return (
    <Shell width={width} navigation={<Navigation onSignOut={onSignOut} />}>
      {signOut.error ? (
        <Notice kind="danger">
          <p>You are still signed in. {messageOf(signOut.error)}</p>
        </Notice>
      ) : null}
      {children}
    </Shell>
  );
}

function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ok(door.DELETE('/auth/session')),
    onSuccess: () => {
      queries.setQueryData(signedIn.queryKey, { signed_in: false });
      queries.removeQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'page' && queryKey[0] !== signedIn.queryKey[0],
      });
    },
  });
}

/** `onSignOut`: null: nobody is signed in. */
function Navigation({ onSignOut }: { onSignOut: (() => void) | null }) {
  return (
    <div className={css.navigation}>
      <NavLink to="/recruiter" end className={css.link}>
        Interviews
      </NavLink>
      <NavLink to="/recruiter/new" className={css.link}>
        New
      </NavLink>
      {onSignOut ? (
        <Button look="quiet" aria-label="Sign out" onPress={onSignOut}>
          <LogOut aria-hidden size={18} />
        </Button>
      ) : null}
    </div>
  );
}
