import {
  Captions,
  CaptionsOff,
  Keyboard,
  LogOut,
  MessageSquareText,
  Mic,
  MicOff,
  MonitorOff,
  MonitorUp,
  PencilLine,
  SlidersHorizontal,
  Video,
  VideoOff,
} from 'lucide-react';
import { useRef } from 'react';
import { UNSAFE_PortalProvider } from 'react-aria/PortalProvider';
import { ControlButton } from './ControlButton';
import css from './Controls.module.css';
import { supportsScreenShare } from './devices';
import { type Command, KEYS } from './shortcuts';
import type { Device, Devices } from './useDevices';

type Props = {
  devices: Devices;
  isConnected: boolean;
  hasCaptions: boolean;
  hasTranscript: boolean;
  hasShortcuts: boolean;
  /** What each control does; one without is not shown. */
  commands: Partial<Record<Command, () => void>>;
};

export function Controls({
  devices,
  isConnected,
  hasCaptions,
  hasTranscript,
  hasShortcuts,
  commands,
}: Props) {
  const { microphone, camera, screen } = devices;
  const shared = (command: Command) => ({
    onPress: commands[command] ?? nothing,
    shortcut: hasShortcuts ? KEYS[command] : null,
  });
  const device = (command: 'microphone' | 'camera' | 'screen', its: Device, does: [string, string]) => ({
    ...shared(command),
    isOn: its.isOn,
    isDisabled: !isConnected || its.isBusy,
    hint: !isConnected ? 'Not before you are connected' : its.isBusy ? 'One moment…' : does[its.isOn ? 0 : 1],
  });
  // Hints stay inside the page's main part, where readers look for what belongs to it.
  const hints = useRef<HTMLDivElement>(null);
  return (
    <UNSAFE_PortalProvider getContainer={() => hints.current}>
      <div role="toolbar" aria-label="Controls" className={css.controls}>
        <ControlButton
          label="Microphone"
          icon={microphone.isOn ? Mic : MicOff}
          look={microphone.isOn || !isConnected ? undefined : 'off'}
          {...device('microphone', microphone, ['Mute your microphone', 'Turn your microphone on'])}
        />
        <ControlButton
          label="Camera"
          icon={camera.isOn ? Video : VideoOff}
          {...device('camera', camera, ['Turn your camera off', 'Turn your camera on'])}
        />
        {supportsScreenShare() ? (
          <ControlButton
            label="Share screen"
            icon={screen.isOn ? MonitorOff : MonitorUp}
            {...device('screen', screen, ['Stop showing your screen', 'Show your screen'])}
          />
        ) : null}
        <ControlButton
          label="Devices"
          icon={SlidersHorizontal}
          hint="Choose another microphone, speaker or camera"
          {...shared('devices')}
        />
        <ControlButton
          label="Captions"
          icon={hasCaptions ? Captions : CaptionsOff}
          isOn={hasCaptions}
          hint={hasCaptions ? 'Hide captions' : 'Show the interviewer’s words in large letters'}
          {...shared('captions')}
        />
        <ControlButton
          label="Transcript"
          icon={MessageSquareText}
          isOn={hasTranscript}
          hint={hasTranscript ? 'Close the transcript' : 'Read what was said, or write'}
          {...shared('transcript')}
        />
        {commands.writing ? (
          <ControlButton
            label="Text mode"
            icon={PencilLine}
            hint="Go on in writing; you can come back"
            {...shared('writing')}
          />
        ) : null}
        <span className={css.wideOnly}>
          <ControlButton label="Keys" icon={Keyboard} hint="Keyboard shortcuts" {...shared('help')} />
        </span>
        <ControlButton
          label="Leave"
          icon={LogOut}
          look="danger"
          hint="Leave the interview"
          {...shared('leave')}
        />
      </div>
      <div ref={hints} />
    </UNSAFE_PortalProvider>
  );
}

function nothing() {
  // what is not connected to anything does this
}
