/** Being in a room for as long as there is something to be there for: through breaks, restarts and other tabs. */
import {
  ConnectionState,
  DefaultReconnectPolicy,
  DisconnectReason,
  LogLevel,
  Room,
  RoomEvent,
  setLogLevel,
} from 'livekit-client';
import { pause } from '../../api/client';
import { Problem } from '../../api/problem';
import type { Choice } from '../choice';
import type { Connection } from '../interview';
import { supportsSpeakerChoice, VIDEO } from './devices';

// Every break is an error to it. The page says what breaks, and goes on.
setLogLevel(import.meta.env.DEV ? LogLevel.info : LogLevel.silent);

/** How the interview stands, by what the front door says. */
export type Standing = 'under_way' | 'in_writing' | 'ended';

/** The way into a room. */
export type Door = {
  /** A connection, with a new token each time. Throws Problem. */
  connect: (signal: AbortSignal) => Promise<Connection>;
  /** None: the room belongs to no interview. Throws Problem. */
  standing?: (signal: AbortSignal) => Promise<Standing>;
};

export type Phase =
  /** `failures`: attempts in vain since the room was last entered. */
  | { name: 'connecting'; failures: number }
  | { name: 'connected' }
  /** LiveKit's client is getting back by itself. */
  | { name: 'reconnecting' }
  /** The room was closed: is the interview over? */
  | { name: 'closed' }
  /** Somebody else has the candidate's place, such as another tab. Goes on when told to. */
  | { name: 'elsewhere' }
  /** Nothing more is tried until told to. */
  | { name: 'failed'; message: string }
  | { name: 'ended' };

/** What being put out of a room means. */
export function meaningOf(reason: DisconnectReason | undefined): 'elsewhere' | 'closed' | 'lost' {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'elsewhere';
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return 'closed';
    default:
      return 'lost';
  }
}

/** Milliseconds before the next attempt, after so many in vain. */
export function pauseAfter(failures: number): number {
  return Math.min(5000, 500 * 2 ** Math.max(0, failures - 1));
}

/** LiveKit's client gives up early: a new attempt with a new token gets further when a server has been replaced. */
const RECONNECT_AFTER_MS = [0, 300, 1000, 2000, 4000, 5000];
const ATTEMPT_MS = 10_000;
/** How long nothing but failures are borne before the candidate is asked. */
const PATIENCE_MS = 120_000;
/** The brain ends an interview before its room is closed: whoever asks for this long knows. */
const CLOSING_MS = 6000;
const ASK_MS = 1000;

export class Call {
  readonly room: Room;
  private readonly door: Door;
  private phase: Phase = { name: 'connecting', failures: 0 };
  private readonly listeners = new Set<() => void>();
  private told: (() => void) | null = null;

  constructor(door: Door, choice: Choice) {
    this.door = door;
    this.room = new Room({
      adaptiveStream: true,
      dynacast: true,
      // It would leave the room when the browser asks whether to close the page, whatever is answered.
      disconnectOnPageLeave: false,
      reconnectPolicy: new DefaultReconnectPolicy(RECONNECT_AFTER_MS),
      audioCaptureDefaults: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...deviceOf(choice.microphone),
      },
      videoCaptureDefaults: { resolution: VIDEO, ...deviceOf(choice.camera) },
      ...(choice.speaker && supportsSpeakerChoice() ? { audioOutput: { deviceId: choice.speaker } } : {}),
    });
    this.room.on(RoomEvent.Reconnecting, () => this.show({ name: 'reconnecting' }));
    this.room.on(RoomEvent.SignalReconnecting, () => this.show({ name: 'reconnecting' }));
    this.room.on(RoomEvent.Reconnected, () => this.show({ name: 'connected' }));
  }

  /** Enter, and stay until the returned function is called. */
  readonly begin = (): (() => void) => {
    const leaving = new AbortController();
    const leave = () => void this.room.disconnect();
    addEventListener('pagehide', leave);
    this.hold(leaving.signal).catch((error: unknown) => {
      if (!leaving.signal.aborted) this.show({ name: 'failed', message: String(error) });
    });
    return () => {
      leaving.abort();
      removeEventListener('pagehide', leave);
      leave();
    };
  };

  /** Look whether the interview is over: its room may stay open for a minute if the interviewer died closing it. */
  readonly look = async (signal: AbortSignal): Promise<void> => {
    if ((await this.standing(signal)) === 'ended' && !signal.aborted) this.show({ name: 'ended' });
  };

  /** Try again, or take the place back. */
  readonly goOn = (): void => this.told?.();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly now = (): Phase => this.phase;

  private show(phase: Phase): void {
    this.phase = phase;
    for (const listener of this.listeners) listener();
  }

  private async hold(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let since = Date.now();
    for (;;) {
      this.show({ name: 'connecting', failures });
      try {
        await this.enter(signal);
        const meaning = meaningOf(await this.gone(signal));
        if (meaning === 'elsewhere') await this.elsewhere(signal);
        if (meaning === 'closed') await this.closed(signal);
        failures = 0;
        since = Date.now();
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        if (error instanceof Problem) {
          await this.refused(error.message, signal);
        } else if (Date.now() - since > PATIENCE_MS) {
          await this.refused('The room cannot be reached.', signal);
          since = Date.now();
        } else {
          this.show({ name: 'connecting', failures });
          await pause(pauseAfter(failures), signal);
        }
      }
      if (this.phase.name === 'ended') return;
    }
  }

  private async enter(signal: AbortSignal): Promise<void> {
    const { serverUrl, token } = await this.door.connect(signal);
    signal.throwIfAborted();
    await this.room.connect(serverUrl, token, {
      websocketTimeout: ATTEMPT_MS,
      peerConnectionTimeout: ATTEMPT_MS,
    });
    signal.throwIfAborted();
    this.show({ name: 'connected' });
  }

  /** Why the room was left. */
  private gone(signal: AbortSignal): Promise<DisconnectReason | undefined> {
    return new Promise((resolve, reject) => {
      if (this.room.state === ConnectionState.Disconnected) resolve(undefined);
      this.room.once(RoomEvent.Disconnected, resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  private async elsewhere(signal: AbortSignal): Promise<void> {
    if (await this.hasEnded(signal)) return;
    this.show({ name: 'elsewhere' });
    await this.toBeTold(signal);
  }

  private async closed(signal: AbortSignal): Promise<void> {
    this.show({ name: this.door.standing ? 'closed' : 'ended' });
    const until = Date.now() + CLOSING_MS;
    while (this.phase.name === 'closed' && Date.now() < until) {
      const standing = await this.standing(signal);
      if (standing === 'ended') this.show({ name: 'ended' });
      else if (standing === 'in_writing') await this.elsewhere(signal);
      else await pause(ASK_MS, signal);
    }
  }

  private async refused(message: string, signal: AbortSignal): Promise<void> {
    if (await this.hasEnded(signal)) return;
    this.show({ name: 'failed', message });
    await this.toBeTold(signal);
  }

  private async hasEnded(signal: AbortSignal): Promise<boolean> {
    const hasEnded = (await this.standing(signal)) === 'ended';
    if (hasEnded) this.show({ name: 'ended' });
    return hasEnded;
  }

  /** Null: nobody knows. */
  private async standing(signal: AbortSignal): Promise<Standing | null> {
    try {
      return (await this.door.standing?.(signal)) ?? null;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  private toBeTold(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.told = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }
}

/** Chromium takes no notice of a mere wish. One that was unplugged since is done without: see useDevices. */
function deviceOf(id: string | null) {
  return id ? { deviceId: { exact: id } } : {};
}
