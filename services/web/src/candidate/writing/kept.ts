/** What the candidate wrote and nobody has taken in yet; kept for the tab, through reloads. */

/** An answer on its way: sent again under the same key, it is the same answer. */
export type Pending = { turnId: string; text: string; key: string };
type Kept = { interviewId: string; draft: string; pending: Pending | null };

const KEY = 'viva.writing';

function read(interviewId: string): Kept {
  const nothing = { interviewId, draft: '', pending: null };
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Kept> | null;
    return kept?.interviewId === interviewId ? { ...nothing, ...kept } : nothing;
  } catch {
    return nothing;
  }
}

function write(kept: Kept): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // a browser that keeps nothing: it holds until a reload, then
  }
}

export function keptDraft(interviewId: string): string {
  return read(interviewId).draft;
}

export function keepDraft(interviewId: string, draft: string): void {
  write({ ...read(interviewId), draft });
}

export function keptAnswer(interviewId: string): Pending | null {
  return read(interviewId).pending;
}

export function keepAnswer(interviewId: string, pending: Pending | null): void {
  write({ ...read(interviewId), pending });
}
