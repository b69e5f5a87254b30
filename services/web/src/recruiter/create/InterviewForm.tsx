import { useState } from 'react';
import { Form } from 'react-aria-components';
import type { Schemas } from '../../api/client';
import { ChoiceFields, JobFields, wrongWith } from '../../brief/BriefFields';
import { Button, Select, Switch, TextField } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import type { Scenario } from '../api';
import { Failed } from '../parts/Failed';
import { type Draft, NEW_DRAFT, requestOf, VALIDITIES, wrongWithQuestions } from './draft';
import css from './InterviewForm.module.css';

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
        error={wrongWith(error, 'candidate_name')}
      />
      <JobFields {...{ brief: draft, scenario, error }} onChange={change} />
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
          error={(isSent ? wrongQuestions : null) ?? wrongWith(error, 'questions')}
        />
      ) : null}
      <ChoiceFields {...{ brief: draft, scenario, error }} areMade={!draft.hasOwnQuestions} onChange={change}>
        <Select
          label="The link is good for"
          choices={VALIDITIES}
          value={String(draft.days)}
          onChange={(days) => change({ days: Number(days) })}
        />
      </ChoiceFields>
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
