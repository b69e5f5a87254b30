import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { ok } from '../api/client';
import { Button } from '../ui/controls';
import { Shell } from '../ui/Shell';
import { door, signedIn } from './api';
import css from './Frame.module.css';

/** What recruiters' pages have in common: the ways between them, and out. */
export function Frame({ width = 'wide', children }: { width?: 'narrow' | 'wide'; children: ReactNode }) {
  return (
    <Shell width={width} navigation={<Navigation />}>
      {children}
    </Shell>
  );
}

function Navigation() {
  const { data: session } = useQuery(signedIn);
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => ok(door.DELETE('/auth/session')),
    onSuccess: () => {
      queries.setQueryData(signedIn.queryKey, { signed_in: false });
      queries.removeQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'page' && queryKey[0] !== signedIn.queryKey[0],
      });
    },
  });
  return (
    <div className={css.navigation}>
      <NavLink to="/recruiter" end className={css.link}>
        Interviews
      </NavLink>
      <NavLink to="/recruiter/new" className={css.link}>
        New
      </NavLink>
      {session?.signed_in ? (
        <Button look="quiet" aria-label="Sign out" onPress={() => signOut.mutate()}>
          <LogOut aria-hidden size={18} />
        </Button>
      ) : null}
    </div>
  );
}
