import { useMemo } from 'react';
import { NO_CHOICE } from '../choice';
import type { Connection } from '../interview';
import type { Door } from './call';
import { CallRoom } from './CallRoom';

type Props = { connection: Connection; onLeave: () => void };

/** A LiveKit room by its address and a token: of no interview that the page knows, and with no other way to hold it. */
export default function RoomByHand({ connection, onLeave }: Props) {
  const door = useMemo((): Door => ({ connect: () => Promise.resolve(connection) }), [connection]);
  return (
    <CallRoom
      title="Room"
      door={door}
      choice={NO_CHOICE}
      interviewId={null}
      earlier={[]}
      before={null}
      onLeave={onLeave}
      onEnd={onLeave}
    />
  );
}
