/** What was typed while the interviewer was not there: kept, through reloads, until it can be read. */
export type Unsent = { id: string; text: string };

const KEY = 'viva.unsent.';

export function storedUnsent(interviewId: string | null): readonly Unsent[] {
  if (!interviewId) return [];
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY + interviewId) ?? '[]');
    return Array.isArray(stored) ? (stored as Unsent[]) : [];
  } catch {
    return [];
  }
}

export function storeUnsent(interviewId: string | null, unsent: readonly Unsent[]): void {
  if (!interviewId) return;
  if (unsent.length) sessionStorage.setItem(KEY + interviewId, JSON.stringify(unsent));
  else sessionStorage.removeItem(KEY + interviewId);
}
