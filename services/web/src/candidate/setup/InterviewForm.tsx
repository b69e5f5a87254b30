import { useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { frontDoor, idempotencyKey, ok, type Schemas } from '../../api/client';
import { Problem } from '../../api/problem';
import { Button, Select, TextField } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import { messageOf } from '../interview';
import { FIELDS, languageName, NEW_BRIEF, requestOf, type Scenario } from './brief';
import css from './SetUp.module.css';

const COUNTS = Array.from({ length: 20 }, (_, index) => ({
  id: String(index + 1),
  label: String(index + 1),
}));

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
  const of = (field: string) => (error instanceof Problem ? error.of(field) : null);
  const isShownByField = FIELDS.some(of);

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
        error={of('candidate_name')}
      />
      {scenario.kind === 'question_set' ? (
        <div className={css.pair}>
          <TextField
            label="Job title"
            placeholder="Backend engineer"
            maxLength={200}
            value={brief.jobTitle}
            onChange={(jobTitle) => change({ jobTitle })}
            error={of('job_title')}
          />
          <TextField
            label="Seniority"
            placeholder="Senior"
            maxLength={100}
            value={brief.seniority}
            onChange={(seniority) => change({ seniority })}
            error={of('seniority')}
          />
        </div>
      ) : null}
      <div className={css.pair}>
        {scenario.kind === 'question_set' ? (
          <Select
            label="Number of questions"
            choices={COUNTS}
            value={String(brief.count ?? scenario.num_questions ?? COUNTS.length)}
            onChange={(count) => change({ count: Number(count) })}
            error={of('num_questions')}
          />
        ) : null}
        {scenario.languages.length > 1 ? (
          <Select
            label="Language"
            choices={scenario.languages.map((tag) => ({ id: tag, label: languageName(tag) }))}
            value={brief.language ?? scenario.language}
            onChange={(language) => change({ language })}
            error={of('language')}
          />
        ) : null}
      </div>
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
