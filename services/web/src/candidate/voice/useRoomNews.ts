import { type Room, RoomEvent, type TextStreamReader } from 'livekit-client';
import { type Dispatch, useEffect } from 'react';
import type { Schemas } from '../../api/client';
import type { News } from './conversation';
import type { ProgressNews } from './progress';

const TRANSCRIPTION = 'lk.transcription';
const CHAT = 'lk.chat';
const FINAL = 'lk.transcription_final';
const SEGMENT = 'lk.segment_id';

/** Pass on what the room says and shows: both sides' transcript, what is written, and how far the interview is. */
export function useRoomNews(room: Room, onNews: Dispatch<News>, onProgress: Dispatch<ProgressNews>): void {
  useEffect(() => {
    let version = 0;

    const hear = async (reader: TextStreamReader, identity: string) => {
      const mine = (version += 1);
      const speaker = identity === room.localParticipant.identity ? 'candidate' : 'interviewer';
      const id = reader.info.attributes?.[SEGMENT] ?? reader.info.id;
      let text = '';
      const tell = (isFinal: boolean) => {
        onNews({ type: 'heard', id, speaker, text, isFinal, version: mine });
      };
      try {
        for await (const piece of reader) {
          text += piece;
          tell(false);
        }
        // The interviewer's words come as one stream, the candidate's as a stream for each guess at them.
        tell(speaker === 'interviewer' || reader.info.attributes?.[FINAL] === 'true');
      } catch {
        tell(true); // who spoke has gone: no more will come
      }
    };
    room.registerTextStreamHandler(TRANSCRIPTION, (reader, { identity }) => void hear(reader, identity));

    const read = async (reader: TextStreamReader) => {
      try {
        const text = await reader.readAll();
        onNews({ type: 'written', id: reader.info.id, speaker: 'interviewer', text });
      } catch {
        // who wrote has gone, and writes it again
      }
    };
    room.registerTextStreamHandler(CHAT, (reader) => void read(reader));

    const onData = (payload: Uint8Array, _from: unknown, _kind: unknown, topic?: string) => {
      const message = () => JSON.parse(new TextDecoder().decode(payload)) as unknown;
      if (topic === 'stage') {
        onProgress({ type: 'stage', message: message() as Schemas['StageMessage'], at: Date.now() });
      } else if (topic === 'question') {
        onProgress({ type: 'question', message: message() as Schemas['QuestionMessage'] });
      } else if (topic === 'score') {
        onNews({ type: 'scored', score: message() as Schemas['ScoreMessage'] });
      }
    };
    room.on(RoomEvent.DataReceived, onData);

    return () => {
      room.unregisterTextStreamHandler(TRANSCRIPTION);
      room.unregisterTextStreamHandler(CHAT);
      room.off(RoomEvent.DataReceived, onData);
    };
  }, [room, onNews, onProgress]);
}
