/** Where in the transcript a score's evidence is. */
import type { Details } from '../api';

export type Turn = Details['turns'][number];
/** A piece of a turn's text; evidence, if a score quotes it. */
export type Piece = { text: string; isEvidence: boolean };
/** The turns of one stage that follow each other; `first` is the index of the first. */
export type Passage = { stage: string; title: string; first: number; turns: Turn[] };

/** The element id of a turn, which links name. */
export function turnId(turn: number): string {
  return `turn-${turn}`;
}

/** The turn that an address' hash names; null: none. */
export function turnOf(hash: string): number | null {
  const index = /^#turn-(\d+)$/.exec(hash)?.[1];
  return index === undefined ? null : Number(index);
}

/** What scores quote of each turn, by its index. */
export function quotesByTurn(scores: Details['scores']): Map<number, string[]> {
  const quotes = new Map<number, string[]>();
  for (const { quote, turn } of scores.flatMap(({ evidence }) => evidence)) {
    if (turn != null) quotes.set(turn, [...(quotes.get(turn) ?? []), quote]);
  }
  return quotes;
}

/** A text in pieces, whatever their case those marked that are quoted. */
export function pieces(text: string, quotes: readonly string[]): Piece[] {
  const isQuoted = new Array<boolean>(text.length).fill(false);
  const lower = text.toLowerCase();
  for (const quote of quotes) {
    const start = quote ? lower.indexOf(quote.toLowerCase()) : -1;
    if (start >= 0) isQuoted.fill(true, start, start + quote.length);
  }
  const found: Piece[] = [];
  for (let start = 0, end = 1; start < text.length; end += 1) {
    if (end < text.length && isQuoted[end] === isQuoted[start]) continue;
    found.push({ text: text.slice(start, end), isEvidence: isQuoted[start] === true });
    start = end;
  }
  return found;
}

/** The transcript, stage by stage. */
export function passages({ turns, stages }: Pick<Details, 'turns' | 'stages'>): Passage[] {
  const titles = new Map(stages.map(({ name, title }) => [name, title]));
  const found: Passage[] = [];
  turns.forEach((turn, index) => {
    const last = found.at(-1);
    if (last?.stage === turn.stage) last.turns.push(turn);
    else {
      const title = titles.get(turn.stage) ?? turn.stage;
      found.push({ stage: turn.stage, title, first: index, turns: [turn] });
    }
  });
  return found;
}
