import { Card } from '../../ui/Card';
import { CameraCheck } from './CameraCheck';
import css from './Lobby.module.css';
import { MicrophoneCheck } from './MicrophoneCheck';
import { SpeakerCheck } from './SpeakerCheck';
import type { LobbyDevices } from './useLobbyDevices';

type Props = { lobby: LobbyDevices; onWriting: () => void };

/** Microphone, speaker and camera, one below the other. */
export function DeviceChecks({ lobby, onWriting }: Props) {
  const { devices, microphone, camera, choice, change, open } = lobby;
  return (
    <div className={css.devices}>
      <Card title="Can we hear you?">
        <MicrophoneCheck
          capture={microphone}
          microphones={devices.microphones}
          wish={choice.microphone}
          onChoose={(id) => void open('microphone', { microphone: id })}
          onCheck={() => {
            void open('microphone');
            if (choice.hasCamera) void open('camera');
          }}
          onWriting={onWriting}
        />
      </Card>
      <Card title="Can you hear us?">
        <SpeakerCheck
          speakers={devices.speakers}
          wish={choice.speaker}
          onChoose={(id) => change({ speaker: id })}
        />
      </Card>
      <Card title="Would you like to be seen?">
        <CameraCheck
          capture={camera}
          isOn={choice.hasCamera}
          cameras={devices.cameras}
          wish={choice.camera}
          onSwitch={(isOn) => (isOn ? void open('camera') : lobby.closeCamera())}
          onChoose={(id) => void open('camera', { camera: id })}
        />
      </Card>
    </div>
  );
}
