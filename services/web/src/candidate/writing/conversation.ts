/** What is known of an interview in writing, folded from what was read, what happens, and what was answered. */
import type { Schemas } from '../../api/client';
import type { InterviewEvent } from '../../api/events';
import type { Session } from '../interview';

export type Line = {
  key: string;
  speaker: 'interviewer' | 'candidate';
  text: string;
  /** Of the interviewer's turn, where it is known: it may be the one to be answered. */
  turnId: string | null;
};

export type Score = {
  /** From 0. */
  index: number;
  /** 0 to 100; null: `reason` says why there is none. */
  score: number | null;
  reason: string;
  evidence: readonly string[];
  feedback: string;
  coachNotes: string;
};

export type Progress = {
  /** For people, such as "Question 2 of 5"; empty before the interview has begun. */
  label: string;
  /** Of a question set the question, else the stage, from 1; null: not begun. */
  step: number | null;
  steps: number | null;
  /** When the stage's time is over, in milliseconds of Date.now(); null: it has no end. */
  endsAt: number | null;
};

export type Conversation = {
  lines: readonly Line[];
  /** What the interviewer is saying; its pieces by their number, some of which may be missing. */
  growing: { turnId: string; pieces: readonly (string | undefined)[] } | null;
  cancelled: readonly string[];
  /** The turns that were answered from here: what comes of them is no surprise. */
  answered: readonly string[];
  /** The answer that is on its way. */
  sending: string | null;
  progress: Progress;
  /** Questions of a set by their index, as they were put. */
  questions: Readonly<Record<number, string>>;
  /** By the question's index. */
  scores: Readonly<Record<number, Score>>;
  /** The interviewer has said goodbye, or the interview has ended. */
  isOver: boolean;
  hasEnded: boolean;
  /** Somebody else has said something for the candidate, such as another tab: the session is to be read again. */
  isStale: boolean;
};

export const NOTHING: Conversation = {
  lines: [],
  growing: null,
  cancelled: [],
  answered: [],
  sending: null,
  progress: { label: '', step: null, steps: null, endsAt: null },
  questions: {},
  scores: {},
  isOver: false,
  hasEnded: false,
  isStale: false,
};

/** What a call was answered with: the interviewer's words and where the interview is with them. */
export type Told = Pick<Schemas['AnswerResponse'], 'turn_id' | 'question' | 'progress'>;

/** `at`: milliseconds of Date.now(). */
export type Action =
  | { type: 'read'; session: Session; at: number }
  | { type: 'happened'; event: InterviewEvent; at: number }
  | { type: 'told'; told: Told; at: number }
  /** The candidate answers a turn. */
  | { type: 'answer'; turnId: string; text: string }
  /** The answer to a turn does not count. */
  | { type: 'not_taken'; turnId: string }
  /** What is known is not what the front door knows. */
  | { type: 'doubted' };

const ANSWER = 'answer:';
/** The reason that a question has while nobody has scored its answer. */
const NOT_YET = 'not scored yet';

export function reduce(now: Conversation, action: Action): Conversation {
  switch (action.type) {
    case 'read':
      return read(now, action.session, action.at);
    case 'happened':
      return happened(now, action.event, action.at);
    case 'told':
      return told(now, action.told, action.at);
    case 'answer': {
      const { turnId, text } = action;
      if (hasAnswer(now, turnId)) return now;
      return { ...withAnswer(now, turnId, text), answered: [...now.answered, turnId] };
    }
    case 'not_taken': {
      const lines = now.lines.filter(({ key }) => key !== ANSWER + action.turnId);
      return { ...now, lines, sending: null };
    }
    case 'doubted':
      return { ...now, isStale: true };
  }
}

/** The turn to be answered; null: it is not the candidate's. */
export function turnOf({ lines, growing, isOver }: Conversation): string | null {
  const last = lines.at(-1);
  return growing || isOver || last?.speaker !== 'interviewer' ? null : last.turnId;
}

/** The interviewer's words as far as they are there without a gap. */
export function wordsOf({ growing }: Conversation): string {
  const pieces = growing?.pieces ?? [];
  const end = pieces.findIndex((piece) => piece === undefined);
  return pieces.slice(0, end < 0 ? undefined : end).join('');
}

/** The score of each answer by the key of the line under which it stands: the first after its question was put last. */
export function scoresByLine({ lines, questions, scores }: Conversation): Map<string, Score> {
  const placed = new Map<string, Score>();
  for (const score of Object.values(scores)) {
    const question = questions[score.index];
    if (!question) continue;
    const put = lines.findLastIndex((line) => line.speaker === 'interviewer' && line.text.includes(question));
    const answer = put < 0 ? undefined : lines.slice(put).find(({ speaker }) => speaker === 'candidate');
    if (answer) placed.set(answer.key, score);
  }
  return placed;
}

function read(now: Conversation, session: Session, at: number): Conversation {
  const lines = session.transcript.map(({ speaker, text }, index): Line => ({
    key: `read:${index}`,
    speaker,
    text,
    turnId: null,
  }));
  const { turn_id: turnId, question } = session;
  const last = lines.at(-1);
  if (turnId && question) {
    if (last?.speaker === 'interviewer' && last.text === question) last.turnId = turnId;
    else lines.push({ key: turnId, speaker: 'interviewer', text: question, turnId });
  }
  const questions = session.scores ?? [];
  const scores = questions.filter(({ score, reason }) => score !== null || reason !== NOT_YET);
  const hasEnded = session.status === 'ended';
  return {
    ...NOTHING,
    lines,
    answered: now.answered,
    progress: progressOf(session.progress, at),
    questions: Object.fromEntries(questions.map(({ index, question }) => [index, question])),
    scores: Object.fromEntries(scores.map((score) => [score.index, scoreOf(score)])),
    isOver: hasEnded,
    hasEnded,
  };
}

function happened(now: Conversation, { type, data }: InterviewEvent, at: number): Conversation {
  switch (type) {
    case 'reply.started': {
      const { turn_id: turnId, in_reply_to: to } = data;
      if (isKnown(now, turnId)) return now;
      const isStale = now.isStale || Boolean(to && !isOurs(now, to));
      return { ...now, growing: { turnId, pieces: [] }, sending: null, isStale };
    }
    case 'reply.chunk': {
      const { turn_id: turnId, seq, text } = data;
      if (now.growing?.turnId !== turnId && isKnown(now, turnId)) return now;
      const before = now.growing?.turnId === turnId ? now.growing.pieces : [];
      const pieces = Array.from({ length: Math.max(before.length, seq + 1) }, (_, i) =>
        i === seq ? text : before[i],
      );
      return { ...now, growing: { turnId, pieces } };
    }
    case 'reply.finished':
      return whole(now, data.turn_id, data.text, data.farewell);
    case 'reply.cancelled':
      return {
        ...now,
        growing: now.growing?.turnId === data.turn_id ? null : now.growing,
        cancelled: [...now.cancelled, data.turn_id],
      };
    case 'stage.changed': {
      const { title, index, of: steps, deadline_s: seconds } = data;
      const step = index + 1;
      const label = `${title} (${step} of ${steps})`;
      return { ...now, progress: { label, step, steps, endsAt: seconds ? at + seconds * 1000 : null } };
    }
    case 'question.asked': {
      const { index, of: steps, text } = data;
      const step = index + 1;
      return {
        ...now,
        progress: { ...now.progress, label: `Question ${step} of ${steps}`, step, steps },
        questions: { ...now.questions, [index]: text },
      };
    }
    case 'answer.scored':
      return { ...now, scores: { ...now.scores, [data.index]: scoreOf(data) } };
    case 'interview.ended':
      return { ...now, growing: null, sending: null, isOver: true, hasEnded: true };
    case 'utterance.heard': // for recruiters only
      return now;
  }
}

/** What a call was answered with is mostly known by then, of the events; without them it goes on all the same. */
function told(now: Conversation, told: Told, at: number): Conversation {
  const { turn_id: turnId, question, progress } = told;
  const isNews = turnId !== null && question !== null && turnOf(now) === null;
  const then = isNews ? whole(now, turnId, question, progress.complete) : now;
  const isCurrent = turnOf(then) === turnId || progress.complete;
  const isLate = turnId !== null && now.answered.includes(turnId); // of the start, when its question is answered by now
  return {
    ...then,
    sending: isLate ? now.sending : null,
    progress: isCurrent ? progressOf(progress, at) : then.progress,
    isOver: then.isOver || progress.complete,
    hasEnded: then.hasEnded || progress.complete,
  };
}

/** The interviewer's turn is whole. */
function whole(now: Conversation, turnId: string, text: string, isFarewell: boolean): Conversation {
  const growing = now.growing?.turnId === turnId ? null : now.growing;
  const isOver = now.isOver || isFarewell;
  if (now.cancelled.includes(turnId) || now.lines.some((line) => line.turnId === turnId)) {
    return { ...now, growing, isOver };
  }
  const line: Line = { key: turnId, speaker: 'interviewer', text, turnId };
  return { ...now, lines: [...now.lines, line], growing, sending: null, isOver };
}

function isKnown(now: Conversation, turnId: string): boolean {
  return (
    now.growing?.turnId === turnId ||
    now.cancelled.includes(turnId) ||
    now.lines.some((line) => line.turnId === turnId)
  );
}

/** Whether an utterance is an answer that was given here: "answer:t1", or "answer:t1#1" after one that was rejected. */
function isOurs(now: Conversation, utteranceId: string): boolean {
  const [id = ''] = utteranceId.split('#');
  return id.startsWith(ANSWER) && now.answered.includes(id.slice(ANSWER.length));
}

function hasAnswer(now: Conversation, turnId: string): boolean {
  return now.lines.some(({ key }) => key === ANSWER + turnId);
}

/** The answer under the question; after a reload the server may have it already. */
function withAnswer(now: Conversation, turnId: string, text: string): Conversation {
  const last = now.lines.at(-1);
  if (last?.speaker === 'candidate' && last.text === text) return { ...now, sending: last.key };
  if (turnOf(now) !== null && turnOf(now) !== turnId) return now; // it was answered, and the interview went on
  const line: Line = { key: ANSWER + turnId, speaker: 'candidate', text, turnId: null };
  return { ...now, lines: [...now.lines, line], sending: line.key };
}

function progressOf(progress: Schemas['ProgressView'], at: number): Progress {
  return {
    label: progress.label,
    step: progress.question_number ?? progress.stage_number,
    steps: progress.num_questions ?? progress.num_stages,
    endsAt: progress.time_left_s === null ? null : at + progress.time_left_s * 1000,
  };
}

function scoreOf(score: Schemas['AnswerScored'] | Schemas['ReportScore']): Score {
  return {
    index: score.index,
    score: score.score ?? null,
    reason: score.reason ?? '',
    evidence: score.evidence ?? [],
    feedback: score.feedback ?? '',
    coachNotes: score.coach_notes ?? '',
  };
}
