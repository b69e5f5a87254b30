import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { idempotencyKey, ok, type Schemas } from '../../api/client';
import { PageTitle } from '../../ui/PageTitle';
import { door, LISTS, scenarios } from '../api';
import { Frame } from '../Frame';
import { Failed } from '../parts/Failed';
import { Skeleton } from '../parts/Skeleton';
import { InterviewForm } from './InterviewForm';
import { Invited } from './Invited';

type Creation = { body: Schemas['NewInterview']; key: string };

export default function NewInterview() {
  const queries = useQueryClient();
  const offers = useQuery(scenarios);
  // Of one interview: pressed again after a failure, the same is made, and not another.
  const [key, setKey] = useState(idempotencyKey);
  const creation = useMutation({
    mutationFn: ({ body, key }: Creation) =>
      ok(door.POST('/interviews', { body, params: { header: { 'Idempotency-Key': key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: LISTS }),
  });

  if (creation.data) {
    return (
      <Frame width="narrow">
        <Invited
          invited={creation.data}
          candidateName={creation.variables.body.candidate_name ?? null}
          onAnother={() => {
            setKey(idempotencyKey());
            creation.reset();
          }}
        />
      </Frame>
    );
  }
  return (
    <Frame width="narrow">
      <PageTitle title="New interview">
        You get a link to send to the candidate, who can begin whenever it suits them.
      </PageTitle>
      {offers.error ? <Failed error={offers.error} onRetry={() => void offers.refetch()} /> : null}
      {offers.isPending ? <Skeleton label="Reading the scenarios" rows={4} /> : null}
      {offers.data ? (
        <InterviewForm
          offers={offers.data}
          error={creation.error}
          isPending={creation.isPending}
          // A changed request is another call.
          onChange={() => {
            if (creation.error) setKey(idempotencyKey());
          }}
          onCreate={(body) => creation.mutate({ body, key })}
        />
      ) : null}
    </Frame>
  );
}
