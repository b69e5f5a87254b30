/** How far an interview is, as what moves in it: stages where there are several, else questions. */
import type { Session } from '../api';

type Progress = Session['progress'];

/** The step, from 1, and of how many; null: not begun, or not known. */
export function stepOf(progress: Progress): [number | null, number | null] {
  const { stage_number, num_stages, question_number, num_questions } = progress;
  return num_stages === 1 ? [question_number, num_questions] : [stage_number, num_stages];
}

/** The same in words: "Stage 2 of 3: Questions, Question 1 of 5". */
export function stepLabel(progress: Progress): string {
  const { stage_number, num_stages, title, label } = progress;
  if (num_stages === 1 || stage_number === null) return label;
  const stage = `Stage ${stage_number} of ${num_stages ?? stage_number}: ${title ?? progress.stage ?? ''}`;
  return label === title ? stage : `${stage}, ${label}`;
}
