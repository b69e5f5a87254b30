import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Interview } from '../interview';
import { useDictation } from './useDictation';

const browser = vi.hoisted(() => ({
  getUserMedia: vi.fn<() => Promise<unknown>>(),
  wavOfRecording: vi.fn<() => Promise<Blob>>(),
}));
vi.mock('../lobby/useDevices', () => ({ mediaDevices: { getUserMedia: browser.getUserMedia } }));
vi.mock('./dictated', () => ({ MAX_S: 60, wavOfRecording: browser.wavOfRecording }));

class Track {
  isLive = true;
  readonly stop = () => {
    this.isLive = false;
  };
}

class Recorder extends EventTarget {
  readonly mimeType = 'audio/webm';
  state: RecordingState = 'inactive';
  start() {
    this.state = 'recording';
  }
  stop() {
    this.state = 'inactive';
    this.dispatchEvent(new Event('stop'));
  }
}

let tracks: Track[];
const POST = vi.fn<() => Promise<unknown>>();
const onWords = vi.fn();

beforeEach(() => {
  vi.stubGlobal('MediaRecorder', Recorder);
  tracks = [];
  browser.getUserMedia.mockImplementation(() => {
    tracks.push(new Track());
    const [mine] = tracks.slice(-1);
    return Promise.resolve({ getTracks: () => [mine] });
  });
  browser.wavOfRecording.mockResolvedValue(new Blob());
  POST.mockResolvedValue({ data: { text: 'So it was.' }, response: new Response() });
  onWords.mockReset();
});
afterEach(cleanup);
afterEach(() => vi.unstubAllGlobals());

function dictation() {
  const interview = { id: 'ada', api: { POST } } as unknown as Interview;
  return renderHook(() => useDictation({ interview, microphone: null, onWords })).result;
}

async function recorded(controls: ReturnType<typeof dictation>) {
  act(() => controls.current.start());
  await waitFor(() => expect(controls.current.dictation.state).toBe('recording'));
  act(() => controls.current.stop());
}

it('gives the microphone back before what was said is written down', async () => {
  POST.mockReturnValue(new Promise(() => undefined));
  const controls = dictation();
  await recorded(controls);
  await waitFor(() => expect(POST).toHaveBeenCalled());
  expect(controls.current.dictation.state).toBe('transcribing');
  expect(tracks.map(({ isLive }) => isLive)).toEqual([false]);
});

it('never writes down again what was dictated before', async () => {
  const controls = dictation();
  await recorded(controls);
  await waitFor(() => expect(onWords).toHaveBeenCalledOnce());
  browser.wavOfRecording.mockRejectedValueOnce(new DOMException('', 'EncodingError'));
  await recorded(controls);
  await waitFor(() => expect(controls.current.dictation.state).toBe('failed'));
  act(() => controls.current.retry());
  await waitFor(() => expect(controls.current.dictation.state).toBe('recording'));
  expect(onWords).toHaveBeenCalledOnce();
});

it('sends again what could not be written down', async () => {
  const refused = {
    error: { type: 'unavailable', detail: '' },
    response: new Response(null, { status: 503 }),
  };
  POST.mockResolvedValueOnce(refused);
  const controls = dictation();
  await recorded(controls);
  await waitFor(() => expect(controls.current.dictation.state).toBe('failed'));
  act(() => controls.current.retry());
  await waitFor(() => expect(onWords).toHaveBeenCalledWith('So it was.'));
  expect(tracks).toHaveLength(1);
});
