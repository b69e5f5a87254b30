import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Select, TextField } from '../../ui/controls';
import { scenarios } from '../api';
import { STATUSES } from '../format';
import css from './FilterBar.module.css';
import type { Filters } from './filters';

const ALL = 'all';
const TYPING_MS = 300;

type Props = { filters: Filters; onChange: (filters: Filters) => void };

export function FilterBar({ filters, onChange }: Props) {
  const { data: known = [] } = useQuery(scenarios);
  // What is being typed is not in the address yet.
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const search = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      onChange({ ...filters, search: text });
      setTyped(null);
    }, TYPING_MS);
  };
  const statuses = Object.entries(STATUSES).map(([id, label]) => ({ id, label }));
  const titles = known.map(({ name, title }) => ({ id: name, label: title }));
  return (
    <search className={css.filters}>
      <TextField
        label="Search"
        type="search"
        placeholder="Candidate or job"
        maxLength={200}
        value={typed ?? filters.search}
        onChange={search}
      />
      <Select
        label="Status"
        choices={[{ id: ALL, label: 'Any status' }, ...statuses]}
        value={filters.status ?? ALL}
        onChange={(id) => onChange({ ...filters, status: id === ALL ? null : (id as Filters['status']) })}
      />
      <Select
        label="Scenario"
        choices={[{ id: ALL, label: 'Any scenario' }, ...titles]}
        value={filters.scenario ?? ALL}
        onChange={(id) => onChange({ ...filters, scenario: id === ALL ? null : id })}
      />
    </search>
  );
}
