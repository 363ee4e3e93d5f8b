import type { Incident, IncidentSummary, Suspect } from '@plimsoll/contract';
import type { StateColor } from '../design/theme.js';
import { formatDuration, noValue } from '../design/format.js';

type IncidentState = IncidentSummary['state'];

export const stateWords: Record<IncidentState, { word: string; color: StateColor }> = {
  triggered: { word: 'Triggered', color: 'failing' },
  acknowledged: { word: 'Acknowledged', color: 'risk' },
  mitigated: { word: 'Mitigated', color: 'risk' },
  resolved: { word: 'Resolved', color: 'ok' },
  reviewed: { word: 'Reviewed', color: 'ok' },
  merged: { word: 'Merged', color: 'muted' },
  false_alarm: { word: 'False alarm', color: 'muted' },
};

export const severityWords: Record<IncidentSummary['severity'], { word: string; color: StateColor }> = {
  page: { word: 'Page', color: 'failing' },
  ticket: { word: 'Ticket', color: 'risk' },
};

export const bandWords: Record<Suspect['band'], { word: string; color: StateColor; bars: number }> = {
  strong: { word: 'strong', color: 'change', bars: 4 },
  possible: { word: 'possible', color: 'change', bars: 2 },
  weak: { word: 'weak', color: 'muted', bars: 1 },
  excluded: { word: 'excluded', color: 'muted', bars: 0 },
};

export function isClosed(state: IncidentState): boolean {
  return state === 'resolved' || state === 'reviewed' || state === 'merged' || state === 'false_alarm';
}

/** How long it has lasted, or lasted: from the onset where it is known. */
export function incidentAge(incident: IncidentSummary, now: number): string {
  const start = Date.parse(incident.onsetAt ?? incident.openedAt);
  const end = incident.resolvedAt ? Date.parse(incident.resolvedAt) : now;
  return formatDuration(end - start);
}

export function formatBurn(burnRate: number | null): string {
  if (burnRate === null) return noValue;
  const text = burnRate.toFixed(Math.abs(burnRate) >= 10 ? 1 : 2);
  // What rounds to nothing has no sign.
  return `${Number(text) === 0 ? '0.00' : text}x`;
}

/** Position of the change in time: `6 min before`, `12 min after onset`. */
export function formatDistance(minutesBeforeOnset: number | null): string {
  if (minutesBeforeOnset === null) return noValue;
  const length = formatDuration(Math.abs(minutesBeforeOnset) * 60_000);
  return minutesBeforeOnset >= 0 ? `${length} before` : `${length} after onset`;
}

interface LatestCounts {
  readonly bad: number;
  readonly eligible: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Fewer calls than this say nothing of now: more steps are taken. */
const enoughNow = 30;
const mostSteps = 6;

/** The latest steps of the series until there is something to go by; null without any, and of money. */
export function latestCounts({ series, kind }: Pick<Incident, 'series' | 'kind'>): LatestCounts | null {
  const [first, second] = series;
  if (kind === 'cost' || first === undefined || second === undefined) return null;
  const stepMs = series.reduce(
    (least, { t }, index) => {
      const before = series[index - 1];
      return before === undefined ? least : Math.min(least, Date.parse(t) - Date.parse(before.t));
    },
    Date.parse(second.t) - Date.parse(first.t),
  );
  const latest = Date.parse(series.at(-1)?.t ?? first.t);
  let [bad, eligible, steps] = [0, 0, 0];
  while (steps < mostSteps && eligible < enoughNow) {
    const at = latest - steps * stepMs;
    const point = series.find(({ t }) => Date.parse(t) === at);
    bad += point?.bad ?? 0;
    eligible += point?.eligible ?? 0;
    steps += 1;
  }
  return eligible === 0 ? null : { bad, eligible, fromMs: latest - (steps - 1) * stepMs, toMs: latest + stepMs };
}

/** `; most of them globex`: whoever has more than half of the bad calls that name anybody. */
export function mostHit({ affected, impact }: Pick<Incident, 'affected' | 'impact'>): string {
  const [first] = affected;
  if (first === undefined || impact === null || affected.length < 2) return '';
  const name = [first.feature, first.customer].filter(Boolean).join(' / ');
  if (name === '' || impact.calls === 0) return '';
  return `, ${Math.round((100 * first.bad) / impact.calls)} % of them ${name}`;
}

/** Below this many scored calls no verdict is given. */
const enoughScored = 30;

export function tooFewToJudge(incident: Incident): boolean {
  const { coverage, kind, suspects } = incident;
  return kind === 'quality' && coverage !== null && coverage.scored < enoughScored && suspects.length === 0;
}

/** Parameters of the trace list that show an incident's bad calls. */
export function badTraceSearch(incident: Incident, suspect?: Suspect): Record<string, string> {
  const from = Date.parse(incident.onsetAt ?? incident.openedAt);
  const search: Record<string, string> = {
    from: String(from),
    to: incident.resolvedAt ? String(Date.parse(incident.resolvedAt)) : 'now',
  };
  for (const [name, value] of Object.entries(incident.group)) search[name] = value;
  if (incident.feature) search.feature = incident.feature;
  if (incident.kind === 'quality') search.failedScorer = 'any';
  if (incident.kind === 'error') search.status = 'error';
  if (incident.kind === 'latency') search.sort = 'duration';
  if (incident.kind === 'cost') search.sort = 'cost';
  if (suspect?.to && suspect.attribute === 'promptVersion') search.promptVersion = suspect.to;
  if (suspect?.to && (suspect.attribute === 'responseModel' || suspect.attribute === 'model'))
    search.model = suspect.to;
  return search;
}

const verdictSentences: Record<string, string> = {
  suspect: 'One change stands out. It is a suspect until somebody confirms it.',
  inseparable: 'Several changes came together and cannot be told apart; a small canary of one would split them.',
  'traffic mix': 'The mix of traffic changed; no version is blamed.',
  'no change found': 'No change is known that would explain it.',
  'too few to judge': 'Too few calls to judge.',
  'not ranked yet': 'Not ranked yet; that takes a minute after an incident opens.',
};

/** The outcome of the ranking as a sentence. */
export function verdictSentence(verdict: string): string {
  return verdictSentences[verdict] ?? verdict;
}
