import type { Incident, TimelineEntry } from '@plimsoll/contract';
import { Fragment } from 'react';
import { useProjectSlug } from '../api/queries.js';
import { formatCount } from '../design/format.js';
import { useZone } from '../time/use-time.js';
import { formatMoment, zoneName } from '../time/zone.js';
import { IncidentCalls } from './incident-calls.js';
import classes from './incident-page.module.css';
import { countsOfEntry } from './timeline-counts.js';

/** Everything that happened, newest first, append-only. */
export function TimelinePanel({ incident }: { incident: Incident }) {
  const zone = useZone();
  const project = useProjectSlug();
  const entries = incident.timeline.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.seq - a.seq);
  return (
    <section className={`panel ${classes.timelinePanel}`} aria-label="Timeline">
      <div className="panel-head">
        <h2 className="panel-title">Timeline</h2>
        <span className="panel-aside muted">{zoneName(Date.parse(incident.openedAt), zone)}</span>
      </div>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Timeline, scrollable">
        <ol className={classes.timeline}>
          {entries.map((entry) => (
            <li key={`${entry.seq}-${entry.at}-${entry.title}`}>
              <span className={classes.time}>{formatMoment(entry.at, zone)}</span>
              <span>
                {entry.link ? <a href={inProject(entry.link, project)}>{entry.title}</a> : entry.title}
                {entry.actor && <span className="muted"> {entry.actor}</span>}
                {entry.detail && <div className={`muted ${classes.detail}`}>{entry.detail}</div>}
                <EntryCalls incident={incident} entry={entry} />
              </span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/** What an entry froze, as counts that open their calls. */
function EntryCalls({ incident, entry }: { incident: Incident; entry: TimelineEntry }) {
  const counted = countsOfEntry(incident, entry);
  if (counted.length === 0) return null;
  return (
    <div className="muted">
      {counted.map(({ words, range, bad, n }, index) => (
        <Fragment key={words}>
          {index > 0 && '; '}
          <IncidentCalls
            incident={incident}
            outcome={bad > 0 ? 'bad' : 'all'}
            range={range}
            what={`The calls ${words}`}
          >
            {formatCount(Math.round(bad))} of {formatCount(n)} bad {words}
          </IncidentCalls>
        </Fragment>
      ))}
    </div>
  );
}

/** Links of the timeline name a page of the project; foreign ones stay as they are. */
function inProject(link: string, project: string): string {
  return link.startsWith('/') && !link.startsWith('/p/') ? `/p/${project}${link}` : link;
}
