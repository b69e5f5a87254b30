/** What is wrong with a LiveKit server's address; null: nothing that is seen without calling it. */
export function wrongWithUrl(text: string): string | null {
  const url = URL.parse(text.trim());
  if (!url || !/^(wss?|https?):$/.test(url.protocol))
    return 'Write an address that begins with wss:// or ws://.';
  return null;
}

/** What is wrong with an access token; null: nothing that is seen without its key. */
export function wrongWithToken(text: string, now = Date.now()): string | null {
  const [header, payload, signature] = text.trim().split('.');
  if (!header || !payload || !signature) {
    return 'This is not a LiveKit token, which has three parts with dots between them.';
  }
  const expiresAt = expiryOf(payload);
  return expiresAt !== null && expiresAt < now ? 'This token has expired: make a new one.' : null;
}

function expiryOf(payload: string): number | null {
  try {
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: number };
    return claims.exp === undefined ? null : claims.exp * 1000;
  } catch {
    return null; // LiveKit says more
  }
}
