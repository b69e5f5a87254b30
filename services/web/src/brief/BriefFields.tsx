import type { ReactNode } from 'react';
import { Problem } from '../api/problem';
import { Select, TextField } from '../ui/controls';
import { type Brief, languageName, MOST_QUESTIONS, type Scenario } from './brief';
import css from './BriefFields.module.css';

const COUNTS = Array.from({ length: MOST_QUESTIONS }, (_, index) => String(index + 1));

type Props = {
  brief: Brief;
  scenario: Scenario;
  /** Why the last attempt failed; what is wrong with a field is told beside it. */
  error: unknown;
  onChange: (part: Partial<Brief>) => void;
};

/** For which job: a question set's questions are made for it. */
export function JobFields({ brief, scenario, error, onChange }: Props) {
  if (scenario.kind !== 'question_set') return null;
  return (
    <div className={css.pair}>
      <TextField
        label="Job title"
        placeholder="Backend engineer"
        maxLength={200}
        value={brief.jobTitle}
        onChange={(jobTitle) => onChange({ jobTitle })}
        error={wrongWith(error, 'job_title')}
      />
      <TextField
        label="Seniority"
        placeholder="Senior"
        maxLength={100}
        value={brief.seniority}
        onChange={(seniority) => onChange({ seniority })}
        error={wrongWith(error, 'seniority')}
      />
    </div>
  );
}

/** How many questions are made, in which language, and what else there is to choose. */
export function ChoiceFields({
  brief,
  scenario,
  error,
  onChange,
  areMade = true,
  children,
}: Props & {
  /** The questions are made; else there are others. */
  areMade?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={css.pair}>
      {scenario.kind === 'question_set' && areMade ? (
        <Select
          label="Number of questions"
          choices={COUNTS.map((count) => ({ id: count, label: count }))}
          value={String(brief.count ?? scenario.num_questions ?? MOST_QUESTIONS)}
          onChange={(count) => onChange({ count: Number(count) })}
          error={wrongWith(error, 'num_questions')}
        />
      ) : null}
      {scenario.languages.length > 1 ? (
        <Select
          label="Language"
          choices={scenario.languages.map((tag) => ({ id: tag, label: languageName(tag) }))}
          value={brief.language ?? scenario.language}
          onChange={(language) => onChange({ language })}
          error={wrongWith(error, 'language')}
        />
      ) : null}
      {children}
    </div>
  );
}

/** What an error says of a field; null: nothing. */
export function wrongWith(error: unknown, field: string): string | null {
  return error instanceof Problem ? error.of(field) : null;
}
