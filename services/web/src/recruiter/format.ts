/** Times, states and reasons, in words. */
import type { Item } from './api';

const DAY_AND_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** A moment as 21 Nov 2026, 09:30, where the reader is. */
export function moment(iso: string): string {
  return DAY_AND_TIME.format(new Date(iso));
}

export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** A duration, as 45 s, 4 min 9 s, 1 h 4 min. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = minutes < 60 ? whole % 60 : minutes % 60;
  const [big, large, small] = minutes < 60 ? [minutes, 'min', 's'] : [Math.floor(minutes / 60), 'h', 'min'];
  return `${big} ${large}${rest ? ` ${rest} ${small}` : ''}`;
}

/** A score, with one decimal at most. */
export function points(score: number | null | undefined): string {
  return score == null ? 'none' : String(Math.round(score * 10) / 10);
}

export function nameOf({ candidate_name }: Pick<Item, 'candidate_name'>): string {
  return candidate_name ?? 'Candidate not named';
}

/** What the interview is about: the job where there is one, else the scenario. */
export function subjectOf({ job_title, seniority, scenario_title, scenario }: Item): string {
  if (!job_title) return scenario_title ?? scenario ?? 'Interview';
  return seniority ? `${job_title}, ${seniority}` : job_title;
}

export const STATUSES = { created: 'Invited', running: 'Under way', ended: 'Ended' } as const;

const ENDINGS: Record<string, string> = {
  goodbye: 'It came to its end, and both said goodbye',
  completed: 'All questions were asked',
  silence: 'The candidate did not answer any more',
  abandoned: 'The candidate left or did not come, and it was not gone on with',
  finished: 'Somebody asked for the end',
};

/** Why an interview is over. */
export function ending(reason: string | null): string {
  return reason ? (ENDINGS[reason] ?? reason) : 'Not known';
}

/** A name of the scenario's, such as current_role, for people. */
export function label(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
