import type { Incident, incidentCall, IncidentExport, Suspect, TimelineEntry } from '@plimsoll/contract';
import type { z } from 'zod';

type IncidentCall = z.output<typeof incidentCall>;

export const exportJson = (incident: IncidentExport): string => `${JSON.stringify(incident, null, 2)}\n`;

/** Bad calls, one JSON object a line: the start of a data set to evaluate against. */
export const exportTraces = (calls: readonly IncidentCall[]): string =>
  calls.map((call) => `${JSON.stringify(call)}\n`).join('');

/** The timeline, one row an event. */
export function exportCsv({ timeline }: Incident): string {
  const rows = timeline.map(({ seq, at, kind, actor, title, detail }) => [
    seq,
    at,
    kind,
    actor ?? '',
    title,
    detail ?? '',
  ]);
  return [['seq', 'at', 'kind', 'actor', 'title', 'detail'], ...rows]
    .map((row) => row.map(csvField).join(','))
    .join('\r\n');
}

/** A field that a spreadsheet would run as a formula is written as text. */
function csvField(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Draft of a post-incident review: figures filled in, judgement left to people. */
export function exportMarkdown(incident: Incident): string {
  return [
    `# ${incident.reference}: ${plain(incident.title)}`,
    `${incident.severity.toUpperCase()}, ${incident.state.replace('_', ' ')}. Objective \`${incident.objectiveSlug}\`, target ${incident.target}.`,
    ['## Impact', ...impactLines(incident)].join('\n'),
    ['## Times', ...timeLines(incident)].join('\n'),
    [
      '## Why it fired',
      ...(incident.whyFired.length > 0 ? incident.whyFired.map((line) => `- ${plain(line)}`) : ['-']),
    ].join('\n'),
    ['## Suspects', suspectTable(incident.suspects)].join('\n\n'),
    ['## Who was told', ...toldLines(incident)].join('\n'),
    ['## Timeline', ...incident.timeline.map(timelineLine)].join('\n'),
    '## What we learned\n\n_To be written._',
    '## Actions\n\n- [ ] _To be written._',
    '',
  ].join('\n\n');
}

function impactLines({ impact, affected, storeAway }: Incident): string[] {
  if (impact === null) {
    const since = storeAway?.since ?? null;
    return [`- unknown: the store of calls did not answer${since === null ? '' : ` since ${since}`}`];
  }
  const percent = impact.budgetSpent === null ? 'unknown' : `${(impact.budgetSpent * 100).toFixed(1)} %`;
  const worst = affected
    .slice(0, 5)
    .map(
      ({ feature, customer, bad, calls }) =>
        `  - ${plain(feature ?? '-')} / ${plain(customer ?? '-')}: ${bad} of ${calls}`,
    );
  return [
    `- ${impact.calls} bad calls, ${impact.users} users`,
    `- cost of these calls: ${impact.cost ?? 'unknown'}`,
    `- budget spent so far: ${percent}`,
    ...(worst.length > 0 ? ['- worst hit (bad of all calls):', ...worst] : []),
  ];
}

const minutes = (from: string | null, to: string | null): string =>
  from === null || to === null ? '-' : `${Math.round((Date.parse(to) - Date.parse(from)) / 60_000)} min`;

function timeLines({ onsetAt, openedAt, resolvedAt, timeline }: Incident): string[] {
  const first = (kind: string): string | null => timeline.find((entry) => entry.kind === kind)?.at ?? null;
  const start = onsetAt ?? openedAt;
  return [
    `- onset ${onsetAt ?? 'unknown'}, opened ${openedAt}, resolved ${resolvedAt ?? 'not yet'}`,
    `- time to detect ${minutes(start, openedAt)}, to acknowledge ${minutes(openedAt, first('acknowledged'))}, to mitigate ${minutes(openedAt, first('mitigated'))}, to resolve ${minutes(openedAt, resolvedAt)}`,
  ];
}

function suspectTable(suspects: readonly Suspect[]): string {
  const rows = suspects.map((suspect) => {
    const explained = suspect.explained === null ? '-' : `${Math.round(suspect.explained * 100)} %`;
    const difference = suspect.riskDifference === null ? '-' : `${(suspect.riskDifference * 100).toFixed(1)} points`;
    const before = suspect.minutesBeforeOnset === null ? '-' : `${suspect.minutesBeforeOnset} min`;
    return `| ${plain(suspect.title)} | ${suspect.band} | ${difference} | ${explained} | ${before} | ${suspect.verdict} |`;
  });
  return [
    '| suspect | band | rise where exposed | of the rise | before onset | verdict |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** What paged whom, and when it arrived. */
function toldLines({ notifications }: Incident): string[] {
  if (notifications.length === 0) return ['- nobody'];
  return notifications.map(({ at, kind, channel, recipient, status, deliveredAt, error }) => {
    const whom = recipient === null ? channel : `${channel} (${recipient})`;
    const arrived = status === 'delivered' ? `arrived ${deliveredAt ?? ''}`.trimEnd() : status;
    const reason = status === 'delivered' || error === null ? '' : `: ${plain(error)}`;
    return `- ${at} ${kind.replaceAll('_', ' ')} to ${plain(whom)}, ${arrived}${reason}`;
  });
}

const timelineLine = ({ at, title, actor }: TimelineEntry): string =>
  `- ${at} ${plain(title)}${actor === null ? '' : ` (${plain(actor)})`}`;

/** Text of users in one line, without what Markdown or HTML would read as mark-up. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]|<>#]/g, (sign) => `\\${sign}`);
