import { ActionIcon } from '@mantine/core';
import { type incidentExamples, priceCurrency } from '@plimsoll/contract';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, useState, type ReactElement } from 'react';
import type { z } from 'zod';
import { useProjectSlug } from '../api/queries.js';
import { formatLatency, formatMoney } from '../design/format.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import { Key, Status } from '../design/status.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { useZone } from '../time/use-time.js';
import { formatMoment, zoneName } from '../time/zone.js';
import classes from './incident-page.module.css';

export type IncidentExamples = z.infer<typeof incidentExamples>;
type Exemplar = IncidentExamples['bad'][number];

interface ExemplarPanelsProps {
  query: UseQueryResult<IncidentExamples>;
  /** In the place of the calls while these cannot be asked. */
  away: ReactElement | null;
}

/** A bad call and a good one of the same kind, side by side. Memoised: j and k must not redraw the whole page. */
export const ExemplarPanels = memo(function ExemplarPanels({ query, away }: ExemplarPanelsProps) {
  const [index, setIndex] = useState(0);
  const bad = query.data?.bad ?? [];
  const good = query.data?.good ?? [];
  const count = bad.length;
  const step = (by: number) => count > 0 && setIndex((index + by + count) % count);
  useShortcuts('Examples', [
    { keys: 'j', label: 'Next pair of calls', run: () => step(1) },
    { keys: 'k', label: 'Pair of calls before', run: () => step(-1) },
  ]);
  return (
    <>
      <section className={`panel ${classes.examplePanel}`} aria-label="A bad call">
        <div className="panel-head">
          <h2 className="panel-title">
            <Status color="failing">Bad</Status>
          </h2>
          {count > 0 && (
            <div className="panel-aside">
              <span className="muted">
                {(index % count) + 1} of {count}
              </span>
              <ActionIcon aria-label="Pair before" onClick={() => step(-1)}>
                <IconChevronLeft size={16} />
              </ActionIcon>
              <ActionIcon aria-label="Next pair" onClick={() => step(1)}>
                <IconChevronRight size={16} />
              </ActionIcon>
              <Key>k</Key>
              <Key>j</Key>
            </div>
          )}
        </div>
        <ExemplarBody
          query={query}
          away={away}
          exemplar={bad[index % Math.max(1, count)]}
          none="No bad call is stored any more."
        />
      </section>
      <section className={`panel ${classes.examplePanel}`} aria-label="A good call of the same kind">
        <div className="panel-head">
          <h2 className="panel-title">
            <Status color="ok">Good</Status>
          </h2>
          <span className="muted">of the same kind</span>
        </div>
        <ExemplarBody
          query={query}
          away={away}
          exemplar={good[index % Math.max(1, good.length)]}
          none="There is no good call of the same kind in this time."
        />
      </section>
    </>
  );
});

interface ExemplarBodyProps {
  query: UseQueryResult<IncidentExamples>;
  away: ReactElement | null;
  exemplar: Exemplar | undefined;
  none: string;
}

function ExemplarBody({ query, away, exemplar, none }: ExemplarBodyProps) {
  const project = useProjectSlug();
  const zone = useZone();
  if (away) return away;
  if (query.isError) return <Failure what="Examples" error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Waiting rows={3} />;
  if (!exemplar) return <Empty title={none} />;
  const facts = [exemplar.customer, exemplar.promptVersion, exemplar.model].filter(Boolean).join(', ');
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label="Call, scrollable">
      <dl className={classes.bubble} style={{ margin: 0 }}>
        <dt>
          {formatMoment(exemplar.at, zone)} {zoneName(Date.parse(exemplar.at), zone)} {facts}{' '}
          {formatLatency(exemplar.latencyMs)} {formatMoney(exemplar.cost, priceCurrency)}
        </dt>
        <dt>User</dt>
        <dd>{exemplar.input ?? <span className="muted">content not recorded</span>}</dd>
        <dt>Answer</dt>
        <dd>{exemplar.output ?? <span className="muted">content not recorded</span>}</dd>
        {exemplar.reason && (
          <>
            <dt>Judged</dt>
            <dd>{exemplar.reason}</dd>
          </>
        )}
        <dd>
          <Link
            to="/p/$project/traces/$id"
            params={{ project, id: exemplar.traceId }}
            search={{ span: exemplar.spanId }}
          >
            Open the trace
          </Link>
        </dd>
      </dl>
    </div>
  );
}
