import { createAudioAnalyser, type LocalAudioTrack, type RemoteAudioTrack, TrackEvent } from 'livekit-client';

type Options = Parameters<typeof createAudioAnalyser>[1];

/**
 * Analyse what a track sounds like until the returned function is called: anew each time that another device takes its
 * source's place. `begin` returns how to end what it has begun.
 */
export function analyse(
  track: LocalAudioTrack | RemoteAudioTrack,
  options: Options,
  begin: (analyser: AnalyserNode) => () => void,
): () => void {
  const start = () => {
    const { analyser, cleanup } = createAudioAnalyser(track, options);
    const end = begin(analyser);
    return () => {
      end();
      void cleanup();
    };
  };
  let stop = start();
  const restart = () => {
    stop();
    stop = start();
  };
  track.on(TrackEvent.Restarted, restart);
  return () => {
    track.off(TrackEvent.Restarted, restart);
    stop();
  };
}
