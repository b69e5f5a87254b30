/** What an interview is to be about, as the form has it, and what is sent of it. */
import type { Schemas } from '../../api/client';

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

/** What the form shows; other fields than these have no place for an error of their own. */
export const FIELDS = ['candidate_name', 'job_title', 'seniority', 'language', 'num_questions'] as const;

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });

export function languageName(tag: string): string {
  return LANGUAGES.of(tag) ?? tag;
}
