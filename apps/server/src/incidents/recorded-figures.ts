import type { IncidentFigure, ObjectiveWrite, Suspect } from '@plimsoll/contract';
import type { IncidentEventEntity } from './incidents.entity.js';

const minuteMs = 60_000;

interface Side {
  readonly n: number;
  readonly bad: number;
}

/**
 * The counts that suspects were ranked by and that timeline entries froze, each with the question that lists its calls.
 * Sampled calls count by their weight there, which no list adds up to: of these there are none. Nor of money.
 */
export function recordedFigures(
  id: string,
  { indicator }: Pick<ObjectiveWrite, 'indicator'>,
  events: readonly IncidentEventEntity[],
  suspects: readonly Suspect[],
): IncidentFigure[] {
  if (indicator.kind === 'quality') return [];
  const ranked = suspects.flatMap((suspect, index) => suspectFigures(id, suspect, index));
  const frozen = indicator.kind === 'cost' ? [] : events.flatMap((event) => entryFigures(id, event, events));
  return [...ranked, ...frozen];
}

function suspectFigures(id: string, suspect: Suspect, index: number): IncidentFigure[] {
  if (suspect.control !== 'concurrent' && suspect.control !== 'baseline') return [];
  return (['exposed', 'unexposed'] as const).flatMap((side) => {
    const counts = suspect[side];
    if (counts === null) return [];
    const query = `/api/v1/incidents/${id}/calls?${new URLSearchParams({ suspect: suspect.id, side }).toString()}`;
    return pair(`suspects.${index}.${side}`, counts, query);
  });
}

function entryFigures(
  id: string,
  { seq, at, kind, snapshot }: IncidentEventEntity,
  events: readonly IncidentEventEntity[],
): IncidentFigure[] {
  const name = `timeline.${seq}`;
  if (kind === 'effect') {
    const mitigation = events.find((event) => event.seq === snapshot['mitigation']);
    const minutes = snapshot['minutes'];
    if (mitigation === undefined || typeof minutes !== 'number') return [];
    const middle = mitigation.at.getTime();
    const ranges = { before: [middle - minutes * minuteMs, middle], after: [middle, middle + minutes * minuteMs] };
    return (['before', 'after'] as const).flatMap((side) => {
      const counts = sideOf(snapshot[side]);
      const [from = 0, to = 0] = ranges[side];
      return counts === null ? [] : pair(`${name}.${side}`, counts, callsOf(id, from, to));
    });
  }
  const whose = incidentOf(id, snapshot['tier']);
  const to = at.getTime() + minuteMs;
  return (['Long', 'Short'] as const).flatMap((window) => {
    const counts = sideOf({ n: snapshot[`eligible${window}`], bad: snapshot[`bad${window}`] });
    const seconds = snapshot[window === 'Long' ? 'longSeconds' : 'shortSeconds'];
    if (counts === null || typeof seconds !== 'number' || seconds <= 0) return [];
    const query = callsOf(whose, to - seconds * 1000, to);
    return [
      { figure: `${name}.eligible${window}`, value: counts.n, field: 'total' as const, query },
      { figure: `${name}.bad${window}`, value: counts.bad, field: 'bad' as const, query },
    ];
  });
}

/** What a group or a merged incident did is in the timeline under its reference, `INC-7 page fast`. */
const incidentOf = (id: string, tier: unknown): string =>
  (typeof tier === 'string' ? /^(INC-\d+) /.exec(tier)?.[1] : undefined) ?? id;

function sideOf(value: unknown): Side | null {
  if (typeof value !== 'object' || value === null || !('n' in value) || !('bad' in value)) return null;
  const { n, bad } = value;
  return typeof n === 'number' && typeof bad === 'number' ? { n: whole(n), bad: whole(bad) } : null;
}

/** Sums of ones, which took a way over weights. */
const whole = (count: number): number => Math.round(count * 1e6) / 1e6;

const pair = (name: string, counts: Side, query: string): IncidentFigure[] => [
  { figure: `${name}.n`, value: whole(counts.n), field: 'total', query },
  { figure: `${name}.bad`, value: whole(counts.bad), field: 'bad', query },
];

function callsOf(id: string, from: number, to: number): string {
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return `/api/v1/incidents/${id}/calls?${new URLSearchParams(range).toString()}`;
}
