/** An interview as a file. */
import { ok, type Schemas } from '../../api/client';
import type { operations } from '../../api/schema';
import { door } from '../api';

export type Format = NonNullable<
  NonNullable<operations['export_interview']['parameters']['query']>['format']
>;

export const FORMATS: Record<Format, { label: string; ending: string }> = {
  pdf: { label: 'PDF', ending: 'pdf' },
  markdown: { label: 'Markdown', ending: 'md' },
  json: { label: 'JSON', ending: 'json' },
};

const KEEP_MS = 60_000;

/** Fetch a file and let the browser save it: a plain link could not say what went wrong. Throws Problem. */
export async function saveExport(id: Schemas['InterviewItem']['session_id'], format: Format): Promise<void> {
  const params = { path: { session_id: id }, query: { format } };
  const file = await ok(door.GET('/interviews/{session_id}/export', { params, parseAs: 'blob' }));
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = `interview-${id}.${FORMATS[format].ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS); // the browser is still reading it
}
