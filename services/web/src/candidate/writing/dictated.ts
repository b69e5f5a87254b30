/** What a dictation needs besides a microphone: a recording as a WAV file, and its words in the answer. */

/** Samples a second; what is said needs no more. */
export const RATE = 16_000;
/** The front door takes no longer recording. */
export const MAX_S = 60;

const HEADER_BYTES = 44;
const PCM = 1;

/** A WAV file (RIFF), mono, of 16-bit PCM, of samples in -1 to 1. */
export function wavOf(samples: Float32Array, rate: number): Blob {
  const bytes = samples.length * 2;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + bytes));
  const name = (at: number, letters: string) => {
    for (let i = 0; i < letters.length; i++) view.setUint8(at + i, letters.charCodeAt(i));
  };
  name(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  name(8, 'WAVE');
  name(12, 'fmt ');
  view.setUint32(16, 16, true); // bytes of this chunk
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a sample
  view.setUint16(34, 16, true); // bits a sample
  name(36, 'data');
  view.setUint32(40, bytes, true);
  samples.forEach((sample, i) => {
    const clipped = Math.max(-1, Math.min(1, sample));
    view.setInt16(HEADER_BYTES + i * 2, clipped < 0 ? clipped * 0x8000 : clipped * 0x7fff, true);
  });
  return new Blob([view], { type: 'audio/wav' });
}

/** What a browser has recorded, in whatever form, as a WAV file. Rejects with what the browser cannot decode. */
export async function wavOfRecording(recording: Blob): Promise<Blob> {
  const whole = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await recording.arrayBuffer());
  const frames = Math.min(Math.floor(whole.duration * RATE), MAX_S * RATE);
  const mono = new OfflineAudioContext(1, Math.max(1, frames), RATE);
  const source = new AudioBufferSourceNode(mono, { buffer: whole });
  source.connect(mono.destination);
  source.start();
  return wavOf((await mono.startRendering()).getChannelData(0), RATE);
}

/** A text with words in place of what is selected, apart from what stands beside them; and where they end. */
export function withWords(text: string, start: number, end: number, words: string): [string, number] {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const head = before && !/\s$/.test(before) ? `${before} ` : before;
  const tail = after && !/^[\s.,;:!?]/.test(after) ? ` ${after}` : after;
  return [head + words + tail, head.length + words.length];
}
