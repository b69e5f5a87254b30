/** The interviewer's participant in the room, and what it is doing. */
import type { RemoteParticipant } from 'livekit-client';

export type Activity = 'joining' | 'listening' | 'thinking' | 'speaking';

const STATE = 'lk.agent.state';

/** The agent that came last: one that was killed may stay beside it for a while. */
export function interviewerOf(participants: readonly RemoteParticipant[]): RemoteParticipant | null {
  let latest: RemoteParticipant | null = null;
  for (const participant of participants) {
    if (!participant.isAgent && !(STATE in participant.attributes)) continue;
    if (!latest || Number(participant.joinedAt ?? 0) >= Number(latest.joinedAt ?? 0)) latest = participant;
  }
  return latest;
}

export function activityOf(interviewer: Pick<RemoteParticipant, 'attributes'> | null): Activity {
  switch (interviewer?.attributes[STATE]) {
    case 'speaking':
    case 'thinking':
      return interviewer.attributes[STATE];
    case 'listening':
    case 'idle':
      return 'listening';
    default:
      return 'joining';
  }
}
