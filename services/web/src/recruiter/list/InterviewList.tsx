import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useSearchParams } from 'react-router';
import { Button } from '../../ui/controls';
import { LinkButton } from '../../ui/LinkButton';
import { PageTitle } from '../../ui/PageTitle';
import { interviewList } from '../api';
import { Frame } from '../Frame';
import { Failed } from '../parts/Failed';
import { Skeleton } from '../parts/Skeleton';
import { type Filters, filtersOf, isFiltered, paramsOf } from './filters';
import { FilterBar } from './FilterBar';
import css from './InterviewList.module.css';
import { InterviewTable } from './InterviewTable';
import { LiveNow } from './LiveNow';

export function InterviewList() {
  const [params, setParams] = useSearchParams();
  const filters = filtersOf(params);
  const filter = (changed: Filters) => setParams(paramsOf(changed), { replace: true });
  return (
    <Frame>
      <div className={css.head}>
        <PageTitle title="Interviews" />
        <LinkButton look="primary" to="/recruiter/new">
          <Plus aria-hidden size={18} />
          New interview
        </LinkButton>
      </div>
      <LiveNow />
      <FilterBar filters={filters} onChange={filter} />
      <Found filters={filters} onClear={() => setParams({}, { replace: true })} />
    </Frame>
  );
}

function Found({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  const list = useInfiniteQuery(interviewList(filters));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeleton label="Reading the interviews" rows={6} />;
  return (
    <>
      {list.error ? <Failed error={list.error} onRetry={() => void list.refetch()} /> : null}
      <p role="status" className="visually-hidden">
        {list.isPlaceholderData ? 'Searching' : said(items.length, list.hasNextPage)}
      </p>
      {items.length ? (
        <InterviewTable items={items} isStale={list.isPlaceholderData} />
      ) : list.data ? (
        <Nothing isFiltered={isFiltered(filters)} onClear={onClear} />
      ) : null}
      {list.hasNextPage ? (
        <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </>
  );
}

function said(count: number, hasMore: boolean): string {
  return `${count} ${count === 1 ? 'interview' : 'interviews'} shown${hasMore ? ', and there are more' : ''}`;
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return (
    <div className={css.nothing}>
      {isFiltered ? (
        <>
          <h2>No interview is like that</h2>
          <p>Try fewer letters or another status.</p>
          <Button onPress={onClear}>Show all interviews</Button>
        </>
      ) : (
        <>
          <h2>No interviews yet</h2>
          <p>Make one, and send the link to your candidate. What they say and how it went will be here.</p>
          <LinkButton look="primary" to="/recruiter/new">
            <Plus aria-hidden size={18} />
            New interview
          </LinkButton>
        </>
      )}
    </div>
  );
}
