import { useIntersection } from '@mantine/hooks';
import type { Incident, IncidentCourse as Course } from '@plimsoll/contract';
import { useEffect, useMemo, useState } from 'react';
import { useApi } from '../api/queries.js';
import type { ChartAnnotation } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { useZone } from '../time/use-time.js';
import { zoneName } from '../time/zone.js';
import { courseCharts } from './course-charts.js';
import { chartAnnotations } from './incident-chart.js';
import { isClosed } from './incident-words.js';
import classes from './incident-page.module.css';

/** What else moved when it began: all measures of its calls under one crosshair. Asked for when somebody scrolls there. */
export function IncidentCourse({ incident }: { incident: Incident }) {
  const { ref, entry } = useIntersection();
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (entry?.isIntersecting) setWanted(true);
  }, [entry?.isIntersecting]);
  const zone = useZone();
  const query = useApi<Course>(`/incidents/${incident.id}/course`, {
    keep: false,
    enabled: wanted && !incident.storeAway,
    ...(isClosed(incident.state) ? {} : { every: 60_000 }),
  });
  // While the store of calls is away the page says so above.
  if (incident.storeAway || incident.imported) return null;
  return (
    <div ref={ref} id="incident-course" className={classes.course}>
      <Panel
        title="What else moved"
        aside={
          <span className="muted">
            every model call it is about, embeddings too; {zoneName(Date.parse(incident.openedAt), zone)}
          </span>
        }
      >
        {wanted ? (
          <Loaded query={query} what="The course of its calls" rows={6} rowHeight={110}>
            {(course) => <Charts incident={incident} course={course} zone={zone} />}
          </Loaded>
        ) : (
          <div className={classes.courseRoom} />
        )}
      </Panel>
    </div>
  );
}

function Charts({ incident, course, zone }: { incident: Incident; course: Course; zone: string }) {
  const charts = useMemo(() => courseCharts(course), [course]);
  const annotations = useMemo(() => courseMarks(incident), [incident]);
  if (charts.length === 0) return <Empty title="No calls are kept of the time around it." />;
  return (
    <div className="stack" style={{ gap: 4 }}>
      {charts.map(({ label, series, formatValue, yMax }, index) => (
        <TimeChart
          key={label}
          label={`${label}, around ${incident.reference}`}
          series={series}
          fromMs={Date.parse(course.from)}
          toMs={Date.parse(course.to)}
          zone={zone}
          height={104}
          formatValue={formatValue}
          annotations={annotations}
          named={index === 0}
          group={`incident-${incident.id}`}
          {...(yMax === undefined ? {} : { yMax })}
        />
      ))}
    </div>
  );
}

function courseMarks(incident: Incident): ChartAnnotation[] {
  const marks = chartAnnotations(incident);
  if (incident.onsetAt === null) return marks;
  return [...marks, { id: 'onset', atMs: Date.parse(incident.onsetAt), label: 'Onset', kind: 'incident' }];
}
