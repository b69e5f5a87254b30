import {
  RoomAudioRenderer,
  RoomContext,
  useAudioPlayback,
  useConnectionQualityIndicator,
  useLocalParticipant,
} from '@livekit/components-react';
import { ConnectionQuality } from 'livekit-client';
import { useEffect, useReducer, useState, useSyncExternalStore } from 'react';
import type { Schemas } from '../../api/client';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';
import type { Choice } from '../choice';
import { Call, type Door } from './call';
import css from './CallRoom.module.css';
import { Controls } from './Controls';
import { Conversation } from './Conversation';
import { captionOf, conversation, type Line } from './conversation';
import { DeviceNotes } from './DeviceNotes';
import { InterviewerTile } from './InterviewerTile';
import { Elsewhere, Unavailable } from './Interruptions';
import { Notices } from './Notices';
import { OwnTile, ScreenTile } from './OwnTile';
import { progress, progressBefore } from './progress';
import { type Open, RoomDialogs } from './RoomDialogs';
import { areShortcutsOn, keepShortcutsOn } from './shortcuts';
import { Steps } from './Steps';
import { useAskBeforeClosing } from './useAskBeforeClosing';
import { useDevices } from './useDevices';
import { useInterviewer } from './useInterviewer';
import { useOutbox } from './useOutbox';
import { useRoomNews } from './useRoomNews';
import { useShortcuts } from './useShortcuts';
import { useSwitching } from './useSwitching';
import { useWatchedAbsence } from './useWatchedAbsence';

type Props = {
  title: string;
  door: Door;
  choice: Choice;
  /** None: the room belongs to no interview. */
  interviewId: string | null;
  /** What was said before, and how far the interview was. */
  earlier: readonly Line[];
  before: Schemas['ProgressView'] | null;
  /** Devices that were picked in the room. */
  onChoose?: (part: Partial<Choice>) => void;
  /** Where there is another way to hold the interview. */
  onWriting?: () => void;
  onLeave: () => void;
  onEnd: () => void;
};

/** A LiveKit room with an interviewer in it. */
export function CallRoom({ title, door, choice, interviewId, earlier, before, ...then }: Props) {
  const { onChoose, onWriting, onLeave, onEnd } = then;
  const [call] = useState(() => new Call(door, choice));
  const { room } = call;
  const phase = useSyncExternalStore(call.subscribe, call.now);
  const [lines, onNews] = useReducer(conversation, earlier);
  const [steps, onProgress] = useReducer(progress, before, (known) => progressBefore(known, Date.now()));
  useRoomNews(room, onNews, onProgress);
  const devices = useDevices(room, choice);
  const switching = useSwitching(room, onChoose);
  const { localParticipant } = useLocalParticipant({ room });
  const { quality } = useConnectionQualityIndicator({ participant: localParticipant });
  const { canPlayAudio, startAudio } = useAudioPlayback(room);
  const interviewer = useInterviewer(room);
  const isConnected = phase.name === 'connected';
  const { sid, activity } = interviewer;
  const isThere = sid !== null;
  const reader = isConnected && isThere && activity !== 'joining' ? { sid, activity } : null;
  const { waiting, write } = useOutbox(room, interviewId, reader, onNews);
  const [wasThere, setWasThere] = useState(false);
  if (isThere && !wasThere) setWasThere(true);

  const [hasCaptions, setCaptions] = useState(true);
  const [hasTranscript, setTranscript] = useState(() => matchMedia('(width >= 768px)').matches);
  const [dialog, setDialog] = useState<Open>(null);
  const [hasShortcuts, setShortcuts] = useState(areShortcutsOn);

  // After what listens to the room, so that nothing of it is missed.
  useEffect(() => call.begin(), [call]);
  const hasEnded = phase.name === 'ended';
  useEffect(() => {
    if (hasEnded) onEnd();
  }, [hasEnded, onEnd]);
  useWatchedAbsence(call, isConnected && wasThere && !isThere);
  useAskBeforeClosing(interviewId !== null && !hasEnded);

  const commands = {
    microphone: devices.microphone.toggle,
    camera: devices.camera.toggle,
    screen: devices.screen.toggle,
    devices: () => setDialog('devices'),
    captions: () => setCaptions(!hasCaptions),
    transcript: () => setTranscript(!hasTranscript),
    ...(onWriting ? { writing: onWriting } : {}),
    leave: () => setDialog('leave'),
    help: () => setDialog('help'),
  };
  useShortcuts(hasShortcuts && dialog === null, commands);

  if (phase.name === 'elsewhere') return <Elsewhere onGoOn={call.goOn} onLeave={onLeave} />;
  if (phase.name === 'failed') {
    return (
      <Unavailable message={phase.message} onWriting={onWriting} onAgain={call.goOn} onLeave={onLeave} />
    );
  }
  const caption = captionOf(lines);
  return (
    <Shell width="full">
      <RoomContext value={room}>
        <div className={css.room} data-transcript={hasTranscript}>
          <div className={css.head}>
            <PageTitle title={title} />
            <Steps progress={steps} />
            <Notices
              phase={phase}
              isInterviewerThere={isThere}
              wasInterviewerThere={wasThere}
              isConnectionPoor={quality === ConnectionQuality.Poor || quality === ConnectionQuality.Lost}
              devices={devices}
              onWriting={onWriting}
            >
              <DeviceNotes
                participant={localParticipant}
                isAwaited={isConnected && activity === 'listening' && devices.microphone.isOn}
                switching={switching}
                onDevices={commands.devices}
                onWriting={onWriting}
              />
            </Notices>
          </div>
          <div className={css.tiles} data-screen={devices.screen.isOn}>
            <InterviewerTile
              interviewer={interviewer}
              isConnected={isConnected}
              isMicrophoneOn={devices.microphone.isOn}
              onEnableAudio={canPlayAudio ? null : () => void startAudio()}
            />
            {devices.screen.isOn ? <ScreenTile participant={localParticipant} /> : null}
            <div className={css.own}>
              <OwnTile
                participant={localParticipant}
                isMicrophoneOn={devices.microphone.isOn}
                isMicrophoneStarting={devices.microphone.isBusy}
                isCameraOn={devices.camera.isOn}
              />
            </div>
          </div>
          {hasCaptions ? (
            <div className={css.caption}>
              <p>{caption}</p>
            </div>
          ) : null}
          {hasTranscript ? (
            <div className={css.panel}>
              <Conversation lines={lines} waiting={waiting} onWrite={write} />
            </div>
          ) : null}
          <div className={css.controls}>
            <Controls
              devices={devices}
              isConnected={isConnected}
              hasCaptions={hasCaptions}
              hasTranscript={hasTranscript}
              hasShortcuts={hasShortcuts}
              commands={commands}
            />
          </div>
        </div>
        <RoomAudioRenderer />
      </RoomContext>
      <RoomDialogs
        open={dialog}
        onClose={() => setDialog(null)}
        isInterview={interviewId !== null}
        onLeave={onLeave}
        isCameraOn={devices.camera.isOn}
        switching={switching}
        hasShortcuts={hasShortcuts}
        onShortcuts={(isOn) => {
          keepShortcutsOn(isOn);
          setShortcuts(isOn);
        }}
        commands={commands}
      />
    </Shell>
  );
}
