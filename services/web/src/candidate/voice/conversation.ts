/** What was said and written in the room, in the order in which it began. */
import type { Schemas } from '../../api/client';

export type Line = {
  id: string;
  speaker: 'interviewer' | 'candidate' | 'note';
  text: string;
  /** Nothing will be added. */
  isFinal: boolean;
  isWritten: boolean;
  /** Of which version of a segment the text is: the highest counts. */
  version: number;
};

export type Heard = Pick<Line, 'id' | 'text' | 'isFinal' | 'version'> & {
  speaker: 'interviewer' | 'candidate';
};

export type News =
  | ({ type: 'heard' } & Heard)
  | { type: 'written'; id: string; speaker: 'interviewer' | 'candidate'; text: string }
  | { type: 'scored'; score: Schemas['ScoreMessage'] };

export function conversation(lines: readonly Line[], news: News): readonly Line[] {
  switch (news.type) {
    case 'heard':
      return hear(lines, news);
    case 'written':
      return put(lines, written(news.id, news.speaker, news.text));
    case 'scored':
      return put(lines, written(`score-${news.score.index}`, 'note', scoreInWords(news.score)));
  }
}

/** What was said before this page was in the room. */
export function earlierLines(transcript: readonly Schemas['ReportTurn'][]): readonly Line[] {
  return transcript.map((turn, index) => ({
    ...written(`earlier-${index}`, turn.speaker, turn.text),
    isWritten: false,
  }));
}

/** Lines of one speaker that follow each other, as they are shown: together. */
export type Turn = { id: string; speaker: Line['speaker']; isWritten: boolean; lines: Line[] };

export function turnsOf(lines: readonly Line[]): Turn[] {
  const turns: Turn[] = [];
  for (const line of lines) {
    const { id, speaker, isWritten } = line;
    const last = turns.at(-1);
    if (last?.speaker === speaker && last.isWritten === isWritten && speaker !== 'note') {
      last.lines.push(line);
    } else {
      turns.push({ id, speaker, isWritten, lines: [line] });
    }
  }
  return turns;
}

/** The interviewer's latest words, for captions. */
export function captionOf(lines: readonly Line[]): string {
  return lines.findLast(({ speaker }) => speaker === 'interviewer')?.text ?? '';
}

export function scoreInWords({ index, score, reason, feedback }: Schemas['ScoreMessage']): string {
  const result = score === null ? 'no score' : `${score} of 100`;
  return `Answer ${index + 1}: ${result}. ${feedback || reason}`.trim();
}

function hear(lines: readonly Line[], heard: Heard): readonly Line[] {
  const { id, speaker, version } = heard;
  const known = lines.find((line) => line.id === id);
  if (known && (known.version > version || (known.isFinal && !heard.isFinal))) return lines;
  const text = heard.text.trim();
  if (!text) return known && heard.isFinal ? lines.filter((line) => line !== known) : lines;
  return put(lines, { id, speaker, text, isFinal: heard.isFinal, isWritten: false, version });
}

function put(lines: readonly Line[], line: Line): readonly Line[] {
  const at = lines.findIndex(({ id }) => id === line.id);
  return at < 0 ? [...lines, line] : lines.with(at, line);
}

function written(id: string, speaker: Line['speaker'], text: string): Line {
  return { id, speaker, text: text.trim(), isFinal: true, isWritten: true, version: 0 };
}
