import { describe, expect, it } from 'vitest';
import type { Session } from './interview';
import { after, firstStep } from './journey';

const session = (status: Session['status']) => ({ status }) as Session;

describe('firstStep', () => {
  it('shows the lobby before an interview that waits', () => {
    expect(firstStep(session('waiting'), null)).toBe('interview_found');
  });

  it('does so even if this tab remembers how one was held: it was not begun', () => {
    expect(firstStep(session('waiting'), 'voice')).toBe('interview_found');
  });

  it('comes back to where a reload was', () => {
    expect(firstStep(session('running'), 'voice')).toBe('speak');
    expect(firstStep(session('running'), 'writing')).toBe('write');
  });

  it('shows the lobby to who opens the link of a running interview anew', () => {
    expect(firstStep(session('running'), null)).toBe('interview_found');
  });

  it('goes to the end of an interview that is over, whatever this tab remembers', () => {
    expect(firstStep(session('ended'), 'voice')).toBe('end');
  });
});

describe('after', () => {
  it('leads from the link into the interview and out of it', () => {
    expect(after('opening', 'interview_found')).toBe('lobby');
    expect(after('lobby', 'speak')).toBe('voice');
    expect(after('voice', 'write')).toBe('writing');
    expect(after('writing', 'speak')).toBe('voice');
    expect(after('voice', 'leave')).toBe('lobby');
    expect(after('writing', 'end')).toBe('afterwards');
  });

  it('takes no step that comes too late', () => {
    expect(after('afterwards', 'speak')).toBeNull();
    expect(after('afterwards', 'leave')).toBeNull();
    expect(after('lobby', 'leave')).toBeNull();
    expect(after('refused', 'interview_found')).toBeNull();
  });

  it('leaves a room that was named by hand for the form', () => {
    expect(after('set_up', 'join_by_hand')).toBe('by_hand');
    expect(after('by_hand', 'leave')).toBe('set_up');
    expect(after('lobby', 'join_by_hand')).toBeNull();
  });
});
