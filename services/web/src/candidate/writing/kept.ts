/** What the candidate wrote and nobody has taken in yet; kept for the tab, through reloads. */
import { store, storedJson } from '../../ui/storage';

/** An answer on its way: sent again under the same key, it is the same answer. */
export type Pending = { turnId: string; text: string; key: string };
type Kept = { interviewId: string; draft: string; pending: Pending | null };

const KEY = 'viva.writing';

function read(interviewId: string): Kept {
  const nothing = { interviewId, draft: '', pending: null };
  const kept = storedJson('sessionStorage', KEY) as Partial<Kept> | null;
  return kept?.interviewId === interviewId ? { ...nothing, ...kept } : nothing;
}

function write(kept: Kept): void {
  store('sessionStorage', KEY, JSON.stringify(kept));
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
