import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../api/problem';
import { keepInvite, messageOf, refusalOf, takeInvite } from './interview';

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, '', '/');
});

describe('takeInvite', () => {
  it('takes the invite out of the address, and leaves the rest there', () => {
    history.replaceState(null, '', '/?invite=abc.def&theme=light#top');
    expect(takeInvite()).toBe('abc.def');
    expect(location.href).toBe(`${location.origin}/?theme=light#top`);
  });

  it('finds it again after a reload', () => {
    history.replaceState(null, '', '/?invite=abc.def');
    takeInvite();
    expect(takeInvite()).toBe('abc.def');
  });

  it('takes a newer link instead of the one before', () => {
    keepInvite('old');
    history.replaceState(null, '', '/?invite=new');
    expect(takeInvite()).toBe('new');
    expect(takeInvite()).toBe('new');
  });

  it('finds none where none was', () => {
    expect(takeInvite()).toBeNull();
  });
});

describe('messageOf', () => {
  it('says what the front door says, as a sentence', () => {
    const expired = new Problem('not_authenticated', 'this invite has expired: ask for a new one', 401);
    expect(messageOf(expired)).toBe('This invite has expired: ask for a new one.');
    expect(messageOf(new Problem('x', 'Is it so?', 400))).toBe('Is it so?');
  });

  it('shows nobody what a defect of the page says', () => {
    expect(messageOf(new TypeError('x is undefined'))).toMatch(/reload/);
  });
});

describe('refusalOf', () => {
  it('names no id of an interview that was deleted', () => {
    const gone = new Problem('unknown_interview', "there is no interview 'i1'", 404);
    expect(refusalOf(gone)).toMatch(/not there any more/);
  });
});
