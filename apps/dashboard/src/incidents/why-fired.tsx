import type { Incident } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { apiUrl } from '../api/client.js';
import { useProjectSlug } from '../api/queries.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { IncidentCalls } from './incident-calls.js';

const hourMs = 3_600_000;

/** The formula with its numbers, each guard on its own line, and the calls that went into it. */
export function WhyFired({ incident }: { incident: Incident }) {
  const project = useProjectSlug();
  const zone = useZone();
  const opened = Date.parse(incident.openedAt);
  const range = { fromMs: opened - windowMs(incident.whyFired), toMs: opened };
  const query = apiUrl(`/objectives/${incident.objectiveSlug}/calls`, {
    outcome: 'bad',
    incident: incident.id,
    from: new Date(range.fromMs).toISOString(),
    to: incident.openedAt,
  });
  return (
    <div className="stack">
      <ol className="formula">
        {incident.whyFired.map((line) => (
          <li key={line}>
            <code className="mono">{line}</code>
          </li>
        ))}
      </ol>
      <div>
        The calls of its long window, {formatInstant(range.fromMs, zone)} to {formatInstant(range.toMs, zone)}:{' '}
        <IncidentCalls incident={incident} outcome="bad" range={range} what="The bad calls that made it fire">
          the bad ones
        </IncidentCalls>
        ,{' '}
        <IncidentCalls incident={incident} outcome="all" range={range} what="All calls that were counted">
          all that were counted
        </IncidentCalls>
        .
      </div>
      <div>
        The same as a query of the API:
        <pre className="block">GET {query}</pre>
      </div>
      <div>
        <Link to="/p/$project/slos/$id" params={{ project, id: incident.objectiveSlug }}>
          The objective with its burn, tiers and definition
        </Link>
      </div>
    </div>
  );
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: hourMs, d: 24 * hourMs };

/** The longest window that the lines name, `long 6h: ...`; six hours where they name none. */
function windowMs(lines: readonly string[]): number {
  const named = lines.flatMap((line) =>
    [...line.matchAll(/\b(\d+(?:\.\d+)?)([smhd])\b/g)].map(
      ([, amount, unit = '']) => Number(amount) * (unitMs[unit] ?? 0),
    ),
  );
  return Math.max(0, ...named) || 6 * hourMs;
}
