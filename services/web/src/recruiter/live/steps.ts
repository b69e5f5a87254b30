/** How far an interview is, as what moves in it: stages where there are several, else questions. */
import type { Session } from '../api';

/** The step, from 1, and of how many; null: not begun, or not known. */
export function stepOf(progress: Session['progress']): [number | null, number | null] {
  const { stage_number, num_stages, question_number, num_questions } = progress;
  return num_stages === 1 ? [question_number, num_questions] : [stage_number, num_stages];
}
