import { beforeEach, describe, expect, it } from 'vitest';
import { keepAnswer, keepDraft, keptAnswer, keptDraft } from './kept';

describe('what is kept', () => {
  beforeEach(() => sessionStorage.clear());

  it('is the draft and the answer on its way, of this interview', () => {
    const answer = { turnId: 't1', text: 'Because.', key: 'k' };
    keepDraft('ada', 'Well');
    keepAnswer('ada', answer);
    expect([keptDraft('ada'), keptAnswer('ada')]).toEqual(['Well', answer]);
    expect([keptDraft('bob'), keptAnswer('bob')]).toEqual(['', null]);
    keepAnswer('ada', null);
    expect([keptDraft('ada'), keptAnswer('ada')]).toEqual(['Well', null]);
  });

  it('is nothing where the storage holds nonsense', () => {
    sessionStorage.setItem('viva.writing', '{');
    expect(keptDraft('ada')).toBe('');
  });
});
