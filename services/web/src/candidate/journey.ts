/** Where a candidate is on the page: an enum, a table, and one function that changes the place. */
import type { Session } from './interview';

export type Place =
  /** The link is being opened. */
  | 'opening'
  /** There is no link, and none is needed: an interview is set up here. */
  | 'set_up'
  /** In a room that belongs to no interview. */
  | 'by_hand'
  /** There is no link, and one is needed. */
  | 'no_link'
  /** The link does not open anything. */
  | 'refused'
  /** Notice, consent, devices; and before going back into an interview that goes on. */
  | 'lobby'
  | 'voice'
  | 'writing'
  | 'afterwards';

export type Step =
  | 'link_missing'
  | 'link_not_needed'
  | 'link_refused'
  | 'join_by_hand'
  | 'interview_found'
  | 'interview_under_way'
  | 'speak'
  | 'write'
  | 'leave'
  | 'end';

const STEPS: Record<Place, Partial<Record<Step, Place>>> = {
  opening: {
    link_missing: 'no_link',
    link_not_needed: 'set_up',
    link_refused: 'refused',
    interview_found: 'lobby',
    interview_under_way: 'lobby',
    speak: 'voice',
    write: 'writing',
    end: 'afterwards',
  },
  set_up: { interview_found: 'lobby', link_refused: 'refused', join_by_hand: 'by_hand' },
  by_hand: { leave: 'set_up' },
  no_link: {},
  refused: {},
  lobby: { speak: 'voice', write: 'writing', end: 'afterwards', link_refused: 'refused' },
  voice: { write: 'writing', leave: 'lobby', end: 'afterwards' },
  writing: { speak: 'voice', leave: 'lobby', end: 'afterwards' },
  afterwards: {},
};

/** Where a step leads; null: it cannot be taken from here, and comes too late. */
export function after(place: Place, step: Step): Place | null {
  return STEPS[place][step] ?? null;
}

export type Way = 'voice' | 'writing';

/**
 * The first step with an interview that was opened: a reload in its middle comes back to where it was, and who opens the
 * link anew sees the lobby first, as a browser gives no sound before a click.
 */
export function firstStep(session: Session, before: Way | null): Step {
  if (session.status === 'ended') return 'end';
  if (session.status === 'running' && before) return before === 'voice' ? 'speak' : 'write';
  return 'interview_found';
}
