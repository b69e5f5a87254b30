import { describe, expect, it } from 'vitest';
import { wavOf, withWords } from './dictated';

describe('a WAV file', () => {
  it('is mono, 16 bits a sample, little-endian, and as long as it says', async () => {
    const view = new DataView(await wavOf(new Float32Array([0, 1, -1, 0.5]), 16_000).arrayBuffer());
    const name = (at: number) => String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
    expect([name(0), name(8), name(12), name(36)]).toEqual(['RIFF', 'WAVE', 'fmt ', 'data']);
    expect(view.byteLength).toBe(44 + 8);
    expect(view.getUint32(4, true)).toBe(view.byteLength - 8);
    expect(view.getUint32(16, true)).toBe(16);
    expect([20, 22, 32, 34].map((at) => view.getUint16(at, true))).toEqual([1, 1, 2, 16]);
    expect([24, 28, 40].map((at) => view.getUint32(at, true))).toEqual([16_000, 32_000, 8]);
    expect([44, 46, 48, 50].map((at) => view.getInt16(at, true))).toEqual([0, 32_767, -32_768, 16_383]);
  });

  it('clips what is too loud', async () => {
    const view = new DataView(await wavOf(new Float32Array([1.5, -7]), 8000).arrayBuffer());
    expect([44, 46].map((at) => view.getInt16(at, true))).toEqual([32_767, -32_768]);
  });
});

describe('words in a text', () => {
  it.each([
    ['', 0, 0, 'I see.', 6],
    ['Yes.', 4, 4, 'Yes. I see.', 11],
    ['Yes. ', 5, 5, 'Yes. I see.', 11],
    ['Yes\n', 4, 4, 'Yes\nI see.', 10],
    ['Yes no', 3, 3, 'Yes I see. no', 10],
    ['Yes, no', 3, 3, 'Yes I see., no', 10],
    ['Yes or no', 4, 6, 'Yes I see. no', 10],
  ])('%j from %i to %i', (text, start, end, expected, caret) => {
    expect(withWords(text, start, end, 'I see.')).toEqual([expected, caret]);
  });
});
