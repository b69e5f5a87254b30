import { useState } from 'react';
import { Form } from 'react-aria-components';
import type { Schemas } from '../../api/client';
import { Problem } from '../../api/problem';
import { Button, Select, Switch, TextField } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import type { Scenario } from '../api';
import { languageName } from '../format';
import { Failed } from '../parts/Failed';
import { type Draft, MOST_QUESTIONS, NEW_DRAFT, requestOf, VALIDITIES, wrongWithQuestions } from './draft';
import css from './InterviewForm.module.css';

const COUNTS = Array.from({ length: MOST_QUESTIONS }, (_, index) => String(index + 1));

type Props = {
  offers: readonly Scenario[];
  /** Why the last attempt failed. */
  error: Error | null;
  isPending: boolean;
  onChange: () => void;
  onCreate: (request: Schemas['NewInterview']) => void;
};

export function InterviewForm({ offers, error, isPending, onChange, onCreate }: Props) {
  const [draft, setDraft] = useState<Draft>(NEW_DRAFT);
  const [isSent, setSent] = useState(false);
  const scenario =
    offers.find(({ name }) => name === draft.scenario) ??
    offers.find(({ kind }) => kind === 'question_set') ??
    offers[0];
  if (!scenario) {
    return (
      <Notice kind="warning">
        There is no scenario that can be held. Who runs Viva finds the reason in the log of the front door.
      </Notice>
    );
  }
  const change = (changed: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...changed }));
    onChange();
  };
  const of = (field: string) => (error instanceof Problem ? error.of(field) : null);
  const isSet = scenario.kind === 'question_set';
  const wrongQuestions = isSet ? wrongWithQuestions(draft) : null;
  return (
    <Form
      className={css.form ?? ''}
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        setSent(true);
        if (!wrongQuestions && !isPending) onCreate(requestOf(draft, scenario));
      }}
    >
      <Select
        label="Scenario"
        description={about(scenario)}
        choices={offers.map(({ name, title }) => ({ id: name, label: title }))}
        value={scenario.name}
        onChange={(name) => change({ scenario: name })}
      />
      <TextField
        label="Candidate’s name"
        description="How the interviewer calls them. It may stay empty."
        autoComplete="off"
        maxLength={64}
        value={draft.candidateName}
        onChange={(candidateName) => change({ candidateName })}
        error={of('candidate_name')}
      />
      {isSet ? (
        <div className={css.pair}>
          <TextField
            label="Job title"
            placeholder="Backend engineer"
            maxLength={200}
            value={draft.jobTitle}
            onChange={(jobTitle) => change({ jobTitle })}
            error={of('job_title')}
          />
          <TextField
            label="Seniority"
            placeholder="Senior"
            maxLength={100}
            value={draft.seniority}
            onChange={(seniority) => change({ seniority })}
            error={of('seniority')}
          />
        </div>
      ) : null}
      {isSet ? (
        <Switch
          isSelected={draft.hasOwnQuestions}
          onChange={(hasOwnQuestions) => change({ hasOwnQuestions })}
        >
          Ask my own questions
        </Switch>
      ) : null}
      {isSet && draft.hasOwnQuestions ? (
        <TextField
          label="Questions"
          description="One per line. They are asked word for word."
          lines={6}
          value={draft.questions}
          onChange={(questions) => change({ questions })}
          error={(isSent ? wrongQuestions : null) ?? of('questions')}
        />
      ) : null}
      <div className={css.pair}>
        {isSet && !draft.hasOwnQuestions ? (
          <Select
            label="Number of questions"
            description="Made for the job"
            choices={COUNTS.map((count) => ({ id: count, label: count }))}
            value={String(draft.count ?? scenario.num_questions ?? 5)}
            onChange={(count) => change({ count: Number(count) })}
          />
        ) : null}
        {scenario.languages.length > 1 ? (
          <Select
            label="Language"
            choices={scenario.languages.map((tag) => ({ id: tag, label: languageName(tag) }))}
            value={draft.language ?? scenario.language}
            onChange={(language) => change({ language })}
          />
        ) : null}
        <Select
          label="The link is good for"
          choices={VALIDITIES}
          value={String(draft.days)}
          onChange={(days) => change({ days: Number(days) })}
        />
      </div>
      {error ? <Failed error={error} /> : null}
      <div>
        <Button type="submit" look="primary">
          {isPending ? 'Creating it …' : 'Create the interview'}
        </Button>
      </div>
    </Form>
  );
}

/** What there is to know of a scenario before it is chosen. */
function about({ kind, stages, shows_scores }: Scenario): string {
  if (kind === 'stages') return stages.join(' · ');
  const who = shows_scores ? 'the candidate sees the scores, too' : 'only recruiters see the scores';
  return `Each answer is scored; ${who}.`;
}
