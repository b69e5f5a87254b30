import type { components } from './schema';

type ProblemDetails = components['schemas']['Problem'];
type FieldError = components['schemas']['FieldError'];

/** Why the front door refused (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** For programs, such as `consent_required`; `unreachable`: there was no answer. */
  readonly type: string;
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  /** Seconds after which the same call may succeed; null: not by itself. */
  readonly retryAfter: number | null;
  /** Of a malformed request: what is wrong with which part of it. */
  readonly errors: readonly FieldError[];

  constructor(
    type: string,
    detail: string,
    status: number,
    retryAfter: number | null = null,
    errors: readonly FieldError[] = [],
  ) {
    super(detail);
    this.type = type;
    this.status = status;
    this.retryAfter = retryAfter;
    this.errors = errors;
  }

  /** What is wrong with a field of the request's body; null: nothing. */
  of(field: string): string | null {
    return this.errors.find(({ loc }) => loc[0] === 'body' && loc[1] === field)?.msg ?? null;
  }

  /** Whether the same call may succeed later without anybody doing anything. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** The problem in an answer that is not 2xx. */
export function problemOf(response: Response, body: ProblemDetails | undefined): Problem {
  const seconds = Number(response.headers.get('Retry-After'));
  return new Problem(
    body?.type ?? 'unknown',
    body?.detail ?? `The server answered ${response.status}. Please try again in a moment.`,
    response.status,
    seconds > 0 ? seconds : null,
    body?.errors ?? [],
  );
}

export const UNREACHABLE = 'The server cannot be reached. Please check your connection to the internet.';
