/** How loud something is, in bands, for what moves with it. */

/** First bins of the bands and the end of the last, at 94 Hz a bin: 100 Hz to 4.5 kHz, where speech is. */
const EDGES = [1, 4, 9, 20, 48];

/** The mean of each band, 0 to 1; `bins` are an analyser's bytes. */
export function bandsOf(bins: Uint8Array): number[] {
  return EDGES.slice(0, -1).map((from, band) => {
    const bytes = bins.subarray(from, EDGES[band + 1]);
    return bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length / 255;
  });
}

/** For bars around a middle one, which has the lowest band: [d, c, b, a, b, c, d]. */
export function mirrored(bands: readonly number[]): number[] {
  return [...bands.slice(1).reverse(), ...bands];
}
