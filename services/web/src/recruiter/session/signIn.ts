/** Signing in: what a key looks like, and what went wrong at the issuer. */

const FAILURES = new Map(
  Object.entries({
    refused: 'The sign-in was not completed. Please try again, or ask who looks after your account.',
    expired: 'The sign-in took too long, or was begun in another window. Please try again.',
    invalid:
      'The sign-in service gave an answer that does not fit. Please try again; if it stays so, tell who runs Viva.',
    not_configured: 'There is no sign-in service here: please sign in with an API key.',
    unavailable: 'The sign-in service does not answer at the moment. Please try again in a minute.',
    too_many_requests: 'There were too many attempts. Please wait a minute, then try again.',
  }),
);

/** What to tell of the address' `sign_in_error`; null: there was none. */
export function failureOf(code: string | null): string | null {
  if (code === null) return null;
  return FAILURES.get(code) ?? 'Signing in did not work. Please try again.';
}

/** What is wrong with a key before it is sent: headers take printable ASCII only. */
export function wrongWithKey(key: string): string | null {
  if (!key) return 'Paste your API key here.';
  return /^[\x21-\x7e]+$/.test(key)
    ? null
    : 'An API key has no spaces and no special letters: copy it again.';
}

/** Where the issuer's way leads back to: the page's address, without what a failed sign-in left in it. */
export function wayBack(location: { pathname: string; search: string; hash: string }): string {
  const params = new URLSearchParams(location.search);
  params.delete('sign_in_error');
  const search = params.toString();
  return location.pathname + (search && `?${search}`) + location.hash;
}
