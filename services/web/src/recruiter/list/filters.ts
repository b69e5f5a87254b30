/** What of the list is shown, as the page's address says it. */
import type { Schemas } from '../../api/client';
import { STATUSES } from '../format';

export type Filters = {
  search: string;
  status: Schemas['Status'] | null;
  scenario: string | null;
};

/** The filters in an address; what is not understood is none. */
export function filtersOf(params: URLSearchParams): Filters {
  const status = params.get('status') ?? '';
  return {
    search: params.get('search') ?? '',
    status: Object.hasOwn(STATUSES, status) ? (status as Schemas['Status']) : null,
    scenario: params.get('scenario') ?? null,
  };
}

/** The address of these filters, with nothing in it of what is not filtered. */
export function paramsOf(filters: Filters): URLSearchParams {
  return new URLSearchParams(
    Object.entries(filters).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

export function isFiltered({ search, status, scenario }: Filters): boolean {
  return search.trim() !== '' || status !== null || scenario !== null;
}
