/** What the candidate chose in the lobby; kept for the tab, so that a reload asks nothing again. */
import { store, stored, storedJson } from '../ui/storage';
import type { Way } from './journey';

/** Device ids as the browser has them; null: the browser's own choice, of the camera: none. */
export type Choice = {
  name: string;
  microphone: string | null;
  speaker: string | null;
  camera: string | null;
  hasCamera: boolean;
};

export const NO_CHOICE: Choice = {
  name: '',
  microphone: null,
  speaker: null,
  camera: null,
  hasCamera: false,
};

const CHOICE = 'viva.choice';
const WAY = 'viva.way';

export function storedChoice(): Choice {
  return { ...NO_CHOICE, ...(storedJson('sessionStorage', CHOICE) as Partial<Choice> | null) };
}

export function storeChoice(choice: Choice): void {
  store('sessionStorage', CHOICE, JSON.stringify(choice));
}

/** How the interview with this id was being held in this tab; null: it was not. */
export function storedWay(interviewId: string): Way | null {
  const [way, id] = stored('sessionStorage', WAY)?.split(' ') ?? [];
  return id === interviewId && (way === 'voice' || way === 'writing') ? way : null;
}

export function storeWay(interviewId: string, way: Way | null): void {
  store('sessionStorage', WAY, way && `${way} ${interviewId}`);
}
