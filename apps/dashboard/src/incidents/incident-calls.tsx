import type { Incident } from '@plimsoll/contract';
import type { ReactNode } from 'react';
import { useProjectSlug } from '../api/queries.js';
import { CallsLink } from '../traces/figure-link.js';

interface IncidentCallsProps {
  incident: Incident;
  outcome: 'bad' | 'good' | 'all';
  /** Dimensions that narrow the calls. */
  of?: Record<string, string | undefined>;
  /** Milliseconds; from the onset to the end of the incident when absent. */
  range?: { fromMs: number; toMs: number } | undefined;
  sort?: 'cost';
  what: string;
  children: ReactNode;
}

/** A figure of an incident that opens the calls it counts, by the definition that the incident opened with. */
export function IncidentCalls({ incident, outcome, of = {}, range, sort, what, children }: IncidentCallsProps) {
  const project = useProjectSlug();
  const times = range
    ? { from: String(range.fromMs), to: String(range.toMs) }
    : {
        from: String(Date.parse(incident.onsetAt ?? incident.openedAt)),
        to: incident.resolvedAt ? String(Date.parse(incident.resolvedAt)) : 'now',
      };
  return (
    <CallsLink
      project={project}
      objective={incident.objectiveSlug}
      search={{ ...of, ...times, outcome, sort, incident: incident.id }}
      what={what}
    >
      {children}
    </CallsLink>
  );
}

interface SuspectSideProps {
  incident: Incident;
  /** Id of the suspect. */
  suspect: string;
  side: 'exposed' | 'unexposed';
  what: string;
  children: ReactNode;
}

/** A figure of a suspect that opens the calls it was judged by, in the range of its ranking. */
export function SuspectSide({ incident, suspect, side, what, children }: SuspectSideProps) {
  const project = useProjectSlug();
  return (
    <CallsLink
      project={project}
      objective={incident.objectiveSlug}
      search={{ outcome: 'all', incident: incident.id, suspect, side }}
      what={what}
    >
      {children}
    </CallsLink>
  );
}
