import {
  Bar,
  BarChart,
  CartesianGrid,
  PolarAngleAxis,
  PolarGrid,
  PolarRadiusAxis,
  Radar,
  RadarChart,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import type { Details } from '../api';

const FEWEST_FOR_RADAR = 3;
const RANGE: [number, number] = [0, 100];
const TICKS = [0, 50, 100];
const TICK = { fill: 'var(--muted)', fontSize: 13 };
const LOOKS = { stroke: 'var(--accent)', fill: 'var(--accent)', isAnimationActive: false } as const;

/** Scores as a radar, or as bars where there are too few, or gaps: an answer without a score is no 0. Fills its place. */
export default function ScoreChart({ scores }: { scores: Details['scores'] }) {
  const data = scores.map(({ index, score }) => ({ name: `Q${index + 1}`, score: score ?? null }));
  const isRadar = data.length >= FEWEST_FOR_RADAR && data.every(({ score }) => score !== null);
  return (
    <ResponsiveContainer>
      {isRadar ? (
        <RadarChart data={data} accessibilityLayer={false} outerRadius="75%">
          <PolarGrid stroke="var(--border)" />
          <PolarAngleAxis dataKey="name" tick={TICK} />
          <PolarRadiusAxis domain={RANGE} tick={false} axisLine={false} />
          <Radar
            dataKey="score"
            fillOpacity={0.25}
            strokeWidth={2}
            dot={{ r: 3, fillOpacity: 1 }}
            {...LOOKS}
          />
        </RadarChart>
      ) : (
        <BarChart data={data} accessibilityLayer={false} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--border)" vertical={false} />
          <XAxis dataKey="name" tick={TICK} stroke="var(--border-strong)" tickLine={false} />
          <YAxis domain={RANGE} ticks={TICKS} tick={TICK} width={36} axisLine={false} tickLine={false} />
          <Bar dataKey="score" maxBarSize={40} radius={[4, 4, 0, 0]} {...LOOKS} />
        </BarChart>
      )}
    </ResponsiveContainer>
  );
}
