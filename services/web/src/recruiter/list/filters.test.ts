import { expect, it } from 'vitest';
import { filtersOf, isFiltered, paramsOf } from './filters';

it('comes back from the address as it went in', () => {
  const filters = { search: 'Ada & co', status: 'ended', scenario: 'question_set' } as const;
  expect(filtersOf(paramsOf(filters))).toEqual(filters);
});

it('leaves an address without filters bare', () => {
  const filters = filtersOf(new URLSearchParams());
  expect(paramsOf(filters).toString()).toBe('');
  expect(isFiltered(filters)).toBe(false);
});

it('takes a status that there is not for none', () => {
  expect(filtersOf(new URLSearchParams('status=toString')).status).toBeNull();
  expect(filtersOf(new URLSearchParams('status=lost')).status).toBeNull();
});
