/** What an interview is to be about, as a form has it, and what is sent of it. */
import type { Schemas } from '../api/client';

export type Scenario = Schemas['ScenarioItem'];

export type Brief = {
  candidateName: string;
  jobTitle: string;
  seniority: string;
  /** null: the scenario's own. */
  language: string | null;
  /** How many questions are made; null: as many as the scenario has. */
  count: number | null;
};

export const NEW_BRIEF: Brief = {
  candidateName: '',
  jobTitle: '',
  seniority: '',
  language: null,
  count: null,
};

export const MOST_QUESTIONS = 20;

/** What a scenario does not take is left out, even if it was filled in for another one. */
export function requestOf(brief: Brief, scenario: Scenario): Schemas['NewInterview'] {
  const { language } = brief;
  return {
    scenario: scenario.name,
    candidate_name: brief.candidateName.trim() || null,
    language: language !== null && scenario.languages.includes(language) ? language : null,
    ...(scenario.kind === 'question_set' && {
      job_title: brief.jobTitle.trim() || null,
      seniority: brief.seniority.trim() || null,
      num_questions: brief.count,
    }),
  };
}

const LANGUAGES = new Intl.DisplayNames('en-GB', { type: 'language' });

/** In English; a tag that is none stays as it is. */
export function languageName(tag: string): string {
  try {
    return LANGUAGES.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
