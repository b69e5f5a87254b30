import { describe, expect, it } from 'vitest';
import { hear, levelOf, NOTHING_YET } from './level';

const sine = (amplitude: number) =>
  Float32Array.from({ length: 2048 }, (_, index) => amplitude * Math.sin(index / 7));

describe('levelOf', () => {
  it('is 0 for silence and for no samples, and 1 for the loudest', () => {
    expect(levelOf(new Float32Array(2048))).toBe(0);
    expect(levelOf(new Float32Array(0))).toBe(0);
    expect(levelOf(sine(1))).toBe(1);
  });

  it('grows by equal steps of decibels', () => {
    const step = levelOf(sine(0.1)) - levelOf(sine(0.01));
    expect(levelOf(sine(0.02)) - levelOf(sine(0.002))).toBeCloseTo(step, 2);
    expect(step).toBeCloseTo(20 / 48, 2);
  });
});

describe('hear', () => {
  const listen = (...levels: number[]) => levels.reduce((now, level) => hear(now, level, 50), NOTHING_YET);
  const times = (count: number, level: number) => Array<number>(count).fill(level);

  it('waits before it says anything', () => {
    expect(listen(...times(20, 0)).verdict).toBe('listening');
  });

  it('hears a voice, and has heard it from then on', () => {
    expect(listen(...times(5, 0.6)).verdict).toBe('heard');
    expect(listen(...times(5, 0.6), ...times(200, 0)).verdict).toBe('heard');
  });

  it('takes neither a click nor a fan for a voice', () => {
    expect(listen(...times(3, 0.9), ...times(10, 0)).verdict).toBe('listening');
    expect(listen(...times(200, 0.2)).verdict).toBe('silent');
  });

  it('hears who speaks after a long silence', () => {
    expect(listen(...times(100, 0)).verdict).toBe('silent');
    expect(listen(...times(100, 0), ...times(5, 0.6)).verdict).toBe('heard');
  });
});
