/** One candidate's interview as the front door has it: what is in the link opens it, and nothing else. */
import { type Api, frontDoor, ok, type Patience, persist, type Schemas } from '../api/client';
import { follow, type InterviewEvent } from '../api/events';
import { Problem } from '../api/problem';
import { store, stored } from '../ui/storage';

export type Session = Schemas['SessionResponse'];
export type Connection = { serverUrl: string; token: string };

const KEY = 'viva.invite';
const RENEW_BEFORE_MS = 60_000;

/**
 * The invite of the page's address, which is taken out of it (an address is shown, shared and logged), or else the one
 * with which this tab was opened: a reload comes back to the interview.
 */
export function takeInvite(): string | null {
  const url = new URL(location.href);
  const invite = url.searchParams.get('invite');
  if (invite === null) return stored('sessionStorage', KEY);
  keepInvite(invite);
  url.searchParams.delete('invite');
  history.replaceState(history.state, '', url);
  return invite;
}

export function keepInvite(invite: string): void {
  store('sessionStorage', KEY, invite);
}

export function forgetInvite(): void {
  store('sessionStorage', KEY, null);
}

/** What the candidate may do with their interview. Every call throws Problem. */
export class Interview {
  readonly id: string;
  readonly api: Api;
  private access: { token: string; until: number };
  private readonly invite: string;

  private constructor(invite: string, access: Schemas['AccessToken']) {
    this.id = access.session_id;
    this.invite = invite;
    this.access = accessOf(access);
    this.api = frontDoor(() => this.bearer());
  }

  /** Exchange an invite. */
  static async open(invite: string, patience: Patience): Promise<Interview> {
    const api = frontDoor();
    const exchange = () => api.POST('/interview/invite', { body: { invite }, signal: patience.signal });
    return new Interview(invite, await persist(exchange, patience));
  }

  /** A bearer token that is good for a minute at least. */
  async bearer(): Promise<string> {
    if (Date.now() > this.access.until - RENEW_BEFORE_MS) {
      const answer = frontDoor().POST('/interview/invite', { body: { invite: this.invite } });
      this.access = accessOf(await ok(answer));
    }
    return this.access.token;
  }

  session(signal?: AbortSignal): Promise<Session> {
    const path = { session_id: this.id };
    return ok(this.api.GET('/interview/session/{session_id}', { params: { path }, signal: signal ?? null }));
  }

  consent(patience: Patience): Promise<Schemas['ConsentResponse']> {
    const body = { session_id: this.id, consent: true as const };
    return persist(() => this.api.POST('/interview/consent', { body, signal: patience.signal }), patience);
  }

  /** A way into the room, where the interviewer is sent, too. */
  async connection(name: string | null, signal: AbortSignal): Promise<Connection> {
    const body = { participant_name: name };
    const door = await persist(() => this.api.POST('/livekit/connection', { body, signal }), { signal });
    return { serverUrl: door.server_url, token: door.participant_token };
  }

  follow(after: string, onEvent: (event: InterviewEvent) => void, signal: AbortSignal): void {
    follow({ sessionId: this.id, after, bearer: () => this.bearer(), onEvent, signal });
  }
}

function accessOf(access: Schemas['AccessToken']) {
  return { token: access.access_token, until: Date.now() + access.expires_in * 1000 };
}

/** What to tell the candidate of an error. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'Something went wrong on this page. Please reload it.';
  const [first = '', ...rest] = error.message;
  const sentence = first.toUpperCase() + rest.join('');
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Why a link does not open an interview. */
export function refusalOf(error: unknown): string {
  if (error instanceof Problem && error.status === 404) {
    return 'This interview is not there any more. Ask who invited you, if you did not expect that.';
  }
  return messageOf(error);
}
