/** How far the interview is, as the room tells it. */
import type { Schemas } from '../../api/client';

export type Progress = {
  /** As of the session that was read; what the room tells replaces it. */
  initial: Schemas['ProgressView'] | null;
  stage: Schemas['StageMessage'] | null;
  question: Schemas['QuestionMessage'] | null;
  /** In milliseconds since the epoch; null: no limit. */
  deadline: number | null;
};

export type ProgressNews =
  | { type: 'stage'; message: Schemas['StageMessage']; at: number }
  | { type: 'question'; message: Schemas['QuestionMessage'] };

export function progressBefore(initial: Schemas['ProgressView'] | null, at: number): Progress {
  return { initial, stage: null, question: null, deadline: deadlineOf(initial?.time_left_s ?? null, at) };
}

export function progress(state: Progress, news: ProgressNews): Progress {
  if (news.type === 'question') return { ...state, question: news.message };
  const { message, at } = news;
  // To whoever joins again all is told again: the stage is then the same, and its question stands.
  const isSame = state.stage?.stage === message.stage;
  return {
    ...state,
    stage: message,
    question: isSame ? state.question : null,
    deadline: deadlineOf(message.time_left_s, at),
  };
}

function deadlineOf(timeLeft: number | null, at: number): number | null {
  return timeLeft === null ? null : at + timeLeft * 1000;
}

/** In words, and as steps of which one is being taken (from 0). */
export type Steps = { label: string; index: number; of: number };

export function stepsOf({ initial, stage, question }: Progress): Steps {
  if (question) return { label: question.label, index: question.index, of: question.of };
  if (stage) return stageSteps(stage.title, stage.index, stage.of);
  if (!initial) return { label: '', index: 0, of: 0 };
  const { label, title, question_number, num_questions, stage_number, num_stages } = initial;
  if (question_number && num_questions) return { label, index: question_number - 1, of: num_questions };
  if (stage_number && num_stages) return stageSteps(title ?? label, stage_number - 1, num_stages);
  return { label, index: 0, of: 0 };
}

function stageSteps(title: string, index: number, of: number): Steps {
  return { label: of > 1 ? `${title} · part ${index + 1} of ${of}` : title, index, of };
}

/** Time left in words, once it is short; null: not yet, no limit, or it has passed. */
export function timeLeft({ deadline, stage }: Progress, now: number): string | null {
  if (deadline === null) return null;
  const seconds = (deadline - now) / 1000;
  if (seconds <= 0 || seconds > Math.min(60, (stage?.deadline_s ?? 180) / 3)) return null;
  return seconds > 10
    ? `About ${Math.ceil(seconds / 10) * 10} s left for this part`
    : 'Almost time to move on';
}
