import { useCallback, useEffect, useRef, useState } from 'react';
import { ok } from '../../api/client';
import { Problem } from '../../api/problem';
import type { Interview } from '../interview';
import { type MediaProblem, mediaProblemOf } from '../lobby/devices';
import { mediaDevices } from '../lobby/useDevices';
import { MAX_S, wavOfRecording } from './dictated';

export type Dictation =
  | { state: 'off' }
  /** The browser asks the candidate. */
  | { state: 'asking' }
  /** `since`: milliseconds of Date.now(). */
  | { state: 'recording'; stream: MediaStream; since: number }
  | { state: 'transcribing' }
  /** The words are in the answer. */
  | { state: 'done' }
  | { state: 'nothing_understood' }
  | { state: 'no_microphone'; problem: MediaProblem }
  /** What was recorded may be sent again, if it could be read; else it has to be said again. */
  | { state: 'failed'; message: string };

type Props = {
  interview: Interview;
  /** Of the microphone, as the browser has it; null: the browser's choice. */
  microphone: string | null;
  onWords: (words: string) => void;
};

type Controls = {
  dictation: Dictation;
  start: () => void;
  /** Enough: what was recorded becomes text. */
  stop: () => void;
  /** What was recorded is thrown away. */
  cancel: () => void;
  retry: () => void;
};

/** Speaking instead of typing: a recording becomes words, which the candidate reads before they are sent. */
export function useDictation({ interview, microphone, onWords }: Props): Controls {
  const [dictation, setDictation] = useState<Dictation>({ state: 'off' });
  const leaving = useRef<AbortController | null>(null);
  const recorder = useRef<MediaRecorder | null>(null);
  const recorded = useRef<Blob | null>(null);

  const transcribe = async (wav: Blob, signal: AbortSignal) => {
    recorded.current = wav;
    setDictation({ state: 'transcribing' });
    const text = await transcribed(interview, wav, signal);
    if (signal.aborted) return;
    if (text) onWords(text);
    setDictation({ state: text ? 'done' : 'nothing_understood' });
  };

  const record = async (devices: MediaDevices, signal: AbortSignal): Promise<Blob | null> => {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const constraints = { audio: microphone ? { ...audio, deviceId: microphone } : audio };
    const stream = await devices.getUserMedia(constraints);
    try {
      if (signal.aborted) return null;
      recorder.current = new MediaRecorder(stream);
      const recording = whole(recorder.current, signal);
      setDictation({ state: 'recording', stream, since: Date.now() });
      return await recording;
    } finally {
      for (const track of stream.getTracks()) track.stop();
    }
  };

  const dictate = async (signal: AbortSignal) => {
    recorded.current = null;
    setDictation({ state: 'asking' });
    if (!mediaDevices) {
      setDictation({ state: 'no_microphone', problem: 'insecure' });
      return;
    }
    const recording = await record(mediaDevices, signal);
    if (!recording) return;
    setDictation({ state: 'transcribing' });
    const wav = await wavOfRecording(recording);
    if (!signal.aborted) await transcribe(wav, signal);
  };

  const begin = (work: (signal: AbortSignal) => Promise<void>) => {
    leaving.current?.abort();
    const { signal } = (leaving.current = new AbortController());
    work(signal).catch((error: unknown) => {
      if (!signal.aborted) setDictation(failureOf(error));
    });
  };

  const stop = useCallback(() => {
    if (recorder.current?.state === 'recording') recorder.current.stop();
  }, []);

  const cancel = useCallback(() => {
    leaving.current?.abort();
    setDictation({ state: 'off' });
  }, []);

  useEffect(() => () => leaving.current?.abort(), []);

  return {
    dictation,
    start: () => begin(dictate),
    stop,
    cancel,
    retry: () => {
      const wav = recorded.current;
      begin(wav ? (signal) => transcribe(wav, signal) : dictate);
    },
  };
}

/** All that is recorded until somebody stops it, for as long as may be at most; null: it was cancelled. */
function whole(recorder: MediaRecorder, signal: AbortSignal): Promise<Blob | null> {
  return new Promise((resolve, reject) => {
    const pieces: Blob[] = [];
    const timer = setTimeout(() => recorder.stop(), MAX_S * 1000);
    const onAbort = () => recorder.stop();
    signal.addEventListener('abort', onAbort, { once: true });
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    recorder.addEventListener('error', () => reject(new DOMException('', 'NotReadableError')));
    recorder.addEventListener('stop', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(signal.aborted ? null : new Blob(pieces, { type: recorder.mimeType }));
    });
    recorder.start();
  });
}

/** What was understood; empty: nothing. Throws Problem. */
async function transcribed(interview: Interview, wav: Blob, signal: AbortSignal): Promise<string> {
  const answer = interview.api.POST('/interview/session/{session_id}/dictation', {
    params: { path: { session_id: interview.id } },
    body: '', // what the types know of a file; the next line sends it
    bodySerializer: () => wav,
    headers: { 'Content-Type': 'audio/wav' },
    signal,
  });
  return (await ok(answer)).text;
}

function failureOf(error: unknown): Dictation {
  if (error instanceof DOMException && error.name !== 'EncodingError') {
    return { state: 'no_microphone', problem: mediaProblemOf(error) };
  }
  const message =
    error instanceof Problem && error.passes
      ? 'What you said could not be turned into text just now.'
      : error instanceof Problem
        ? error.message
        : 'Your browser could not prepare the recording.';
  return { state: 'failed', message };
}
