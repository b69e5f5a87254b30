import { useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { frontDoor, idempotencyKey, ok, type Schemas } from '../../api/client';
import { NEW_BRIEF, requestOf, type Scenario } from '../../brief/brief';
import { ChoiceFields, JobFields, wrongWith } from '../../brief/BriefFields';
import { Button, Select, TextField } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import { messageOf } from '../interview';
import css from './SetUp.module.css';

/** Other fields have no place for an error of their own. */
const FIELDS = ['candidate_name', 'job_title', 'seniority', 'language', 'num_questions'];

type Props = { scenarios: readonly [Scenario, ...Scenario[]]; onCreated: (invite: string) => void };

/** What the interview is to be about. */
export function InterviewForm({ scenarios, onCreated }: Props) {
  const [name, setName] = useState(scenarios[0].name);
  const [brief, setBrief] = useState(NEW_BRIEF);
  const { create, isCreating, error, forget } = useCreation(onCreated);
  const scenario = scenarios.find((each) => each.name === name) ?? scenarios[0];
  const change = (part: Partial<typeof brief>) => {
    setBrief((now) => ({ ...now, ...part }));
    forget();
  };
  const isShownByField = FIELDS.some((field) => wrongWith(error, field));

  return (
    <Form
      className={css.form ?? ''}
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        create(requestOf(brief, scenario));
      }}
    >
      <Select
        label="Interview"
        description={scenario.stages.length > 1 ? scenario.stages.join(' → ') : undefined}
        choices={scenarios.map((each) => ({ id: each.name, label: each.title }))}
        value={scenario.name}
        onChange={(chosen) => {
          setName(chosen);
          forget();
        }}
      />
      <TextField
        label="Your name"
        description="As the interviewer is to call you. You may leave this empty."
        autoComplete="name"
        maxLength={64}
        value={brief.candidateName}
        onChange={(candidateName) => change({ candidateName })}
        error={wrongWith(error, 'candidate_name')}
      />
      <JobFields {...{ brief, scenario, error }} onChange={change} />
      <ChoiceFields {...{ brief, scenario, error }} onChange={change} />
      {error && !isShownByField ? <Notice kind="danger">{messageOf(error)}</Notice> : null}
      <Button type="submit" look="primary">
        {isCreating ? 'One moment…' : 'Continue'}
      </Button>
    </Form>
  );
}

type Request = Schemas['NewInterview'];

/** Makes the interview once, however often the same form is sent. */
function useCreation(onCreated: (invite: string) => void) {
  const [isCreating, setCreating] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef<string | null>(null);
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => () => leaving.current?.abort(), []);

  const create = (body: Request) => {
    if (isCreating) return;
    const { signal } = (leaving.current = new AbortController());
    const header = { 'Idempotency-Key': (key.current ??= idempotencyKey()) };
    setCreating(true);
    setError(null);
    void ok(frontDoor().POST('/interviews', { body, params: { header }, signal }))
      .then(
        ({ invite }) => onCreated(invite),
        (refused: unknown) => setError(refused),
      )
      .finally(() => setCreating(false));
  };
  /** The form has changed: what is sent next is another interview. */
  const forget = () => {
    key.current = null;
    setError(null);
  };
  return { create, isCreating, error, forget };
}
