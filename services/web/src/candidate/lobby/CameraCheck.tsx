import { useEffect, useRef } from 'react';
import { Select, Switch } from '../../ui/controls';
import { chosenOf, type Device } from './devices';
import css from './Lobby.module.css';
import { MediaProblemNotice } from './MediaProblemNotice';
import type { Capture } from './useCapture';

type Props = {
  capture: Capture;
  isOn: boolean;
  cameras: readonly Device[];
  wish: string | null;
  onSwitch: (isOn: boolean) => void;
  onChoose: (id: string) => void;
};

/** The candidate's own picture, for who wants to be seen. */
export function CameraCheck({ capture, isOn, cameras, wish, onSwitch, onChoose }: Props) {
  return (
    <>
      <Switch isSelected={isOn} onChange={onSwitch}>
        Use my camera
      </Switch>
      <p className={css.aside}>You do not have to. Your picture is not scored.</p>
      {capture.problem ? (
        <MediaProblemNotice kind="camera" problem={capture.problem} onRetry={() => onSwitch(true)} />
      ) : null}
      {capture.stream ? (
        <>
          <Preview stream={capture.stream} />
          {cameras.length > 1 ? (
            <Select
              label="Camera"
              choices={cameras}
              value={chosenOf(cameras, wish, capture.deviceId)}
              onChange={onChoose}
            />
          ) : null}
        </>
      ) : null}
    </>
  );
}

function Preview({ stream }: { stream: MediaStream }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return (
    <video ref={video} className={css.preview} aria-label="Your own picture" autoPlay playsInline muted />
  );
}
