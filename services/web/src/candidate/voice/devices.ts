/** Microphone, camera and screen: what is asked of the browser, and what to say when it refuses. */
import { MediaDeviceFailure, supportsAudioOutputSelection } from 'livekit-client';

export const VIDEO = { width: 640, height: 480, frameRate: 24 };

export type Source = 'microphone' | 'camera' | 'screen';

export function supportsSpeakerChoice(): boolean {
  return supportsAudioOutputSelection();
}

export function supportsScreenShare(): boolean {
  // `mediaDevices` is not there on a page that did not come by https.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  return typeof devices?.getDisplayMedia === 'function';
}

const REFUSED: Record<Source, string> = {
  microphone:
    'This page may not use the microphone. Allow it in your browser’s settings for this page, then try again.',
  camera:
    'This page may not use the camera. Allow it in your browser’s settings for this page, then try again.',
  screen: 'The browser does not let this page show your screen.',
};

/** As browsers call them. */
export const MEDIA_KINDS = {
  microphone: 'audioinput',
  speaker: 'audiooutput',
  camera: 'videoinput',
} as const;

/** LiveKit mutes a device that has stopped and cannot be started again. */
export function stopped(source: Source): string {
  return `Your ${source} has stopped. Check that it is plugged in and allowed for this page, then try again.`;
}

/** Why a device cannot be used and what to do; null: nothing went wrong, somebody thought better of it. */
export function troubleOf(source: Source, error: unknown): string | null {
  const failure = MediaDeviceFailure.getFailure(error);
  if (source === 'screen') return failure === MediaDeviceFailure.PermissionDenied ? null : REFUSED.screen;
  switch (failure) {
    case MediaDeviceFailure.PermissionDenied:
      return REFUSED[source];
    case MediaDeviceFailure.NotFound:
      return `No ${source} was found. Plug one in, then try again.`;
    case MediaDeviceFailure.DeviceInUse:
      return `The ${source} is used by another program. Close that program, then try again.`;
    default:
      return `The ${source} could not be started. Try again, or use another browser.`;
  }
}
