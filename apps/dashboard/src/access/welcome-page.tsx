import { Button, Tabs } from '@mantine/core';
import type { Onboarding } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { useApi, useCall, useProjectSlug, useSession } from '../api/queries.js';
import { formatDuration } from '../design/format.js';
import { Loaded } from '../design/states.js';
import { Status } from '../design/status.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import classes from './access.module.css';
import { CopyButton } from './copy-button.js';
import { RefusedPanel, UnmappedPanel } from './intake-panels.js';
import type { CreatedKey } from './keys-section.js';
import { snippetsFor } from './snippets.js';

const pollMs = 2000;
/** After this long without a trace the usual mistakes are listed. */
const helpAfterMs = 60_000;

/** Three steps to the first trace, which appears here by itself. */
export function WelcomePage() {
  const [done, setDone] = useState(false);
  const query = useApi<Onboarding>('/onboarding', done ? {} : { every: pollMs });
  const arrived = query.data?.firstSpanAt !== null && query.data !== undefined;
  useEffect(() => setDone(arrived), [arrived]);
  const create = useCall<CreatedKey>(['/keys']);
  return (
    <>
      <div className="page-head">
        <h1 className="page-title">Send the first trace</h1>
      </div>
      <Loaded query={query} what="The set-up" rows={6} rowHeight={64}>
        {(onboarding) => (
          <div className={classes.steps}>
            <Step number={1} title="Make a key that may send data">
              {create.data ? (
                <div className="row-wrap">
                  <code className="mono" style={{ overflowWrap: 'anywhere' }}>
                    {create.data.secret}
                  </code>
                  <CopyButton text={create.data.secret} label="Copy the key" />
                  <span className="muted">It is not shown again.</span>
                </div>
              ) : (
                <div className="row-wrap">
                  <Button
                    variant="filled"
                    loading={create.isPending}
                    onClick={() =>
                      create.mutate({ path: '/keys', method: 'POST', body: { name: 'first key', scopes: ['ingest'] } })
                    }
                  >
                    Make a key
                  </Button>
                  {create.isError && <span className="state-failing">{create.error.message}</span>}
                  <span className="muted">or use one that you have</span>
                </div>
              )}
            </Step>
            <Step number={2} title="Point your client here">
              <Snippets endpoint={onboarding.otlpHttpEndpoint} secret={create.data?.secret ?? 'plk_YOUR_KEY'} />
            </Step>
            <Step number={3} title={arrived ? 'The first trace is here' : 'Run it once'}>
              <FirstTrace onboarding={onboarding} />
            </Step>
            <RefusedPanel rejections={onboarding.lastRejections} />
            <UnmappedPanel attributes={onboarding.unmappedAttributes} />
            <DemoHint />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className={`panel ${classes.step}`} aria-label={title}>
      <span className={classes.number}>{number}</span>
      <div className="stack" style={{ gap: 8 }}>
        <h2 className="panel-title" style={{ lineHeight: '24px' }}>
          {title}
        </h2>
        {children}
      </div>
    </section>
  );
}

function Snippets({ endpoint, secret }: { endpoint: string; secret: string }) {
  const snippets = snippetsFor(endpoint, secret);
  return (
    <Tabs defaultValue="environment">
      <Tabs.List>
        {snippets.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ id, label, code }) => (
        <Tabs.Panel key={id} value={id} pt="sm">
          <div className={classes.snippet}>
            <pre className="block" tabIndex={0} aria-label={label}>
              {code}
            </pre>
            <CopyButton text={code} className={classes.copy ?? ''} />
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function FirstTrace({ onboarding }: { onboarding: Onboarding }) {
  const project = useProjectSlug();
  const zone = useZone();
  const [openedAt] = useState(() => Date.now());
  const waitedMs = useSeconds(onboarding.firstSpanAt === null) - openedAt;
  if (onboarding.firstSpanAt !== null) {
    return (
      <div className={classes.waiting} role="status">
        <Status color="ok">Arrived</Status>
        <span>{formatInstant(onboarding.firstSpanAt, zone, Date.now(), true)}</span>
        {onboarding.firstTraceId && (
          <Link to="/p/$project/traces/$id" params={{ project, id: onboarding.firstTraceId }}>
            Look at it
          </Link>
        )}
        <Link to="/p/$project/slos" params={{ project }}>
          Set the first objective
        </Link>
      </div>
    );
  }
  return (
    <>
      <div className={classes.waiting} role="status">
        <Status color="data">Waiting for the first trace</Status>
        <span className="muted">{formatDuration(Math.max(0, waitedMs))}</span>
        {onboarding.lastRejections.length > 0 && (
          <Status color="risk">Something came and was refused: see below</Status>
        )}
      </div>
      {waitedMs > helpAfterMs && (
        <ul style={{ margin: 0 }}>
          <li>Does the process see the variables? Print them from inside it.</li>
          <li>The space after Bearer must be written %20 in OTEL_EXPORTER_OTLP_HEADERS.</li>
          <li>
            A gRPC exporter needs the gRPC port ({onboarding.otlpGrpcEndpoint ?? 'not open here'}), not the HTTP one.
          </li>
          <li>Short scripts must flush before they end: await provider.forceFlush().</li>
        </ul>
      )}
    </>
  );
}

/** The present, moving each second while it matters. */
function useSeconds(active: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

function DemoHint() {
  const project = useProjectSlug();
  const demo = useSession().data?.projects.find(({ simulated, slug }) => simulated && slug !== project);
  if (!demo) return null;
  return (
    <div className="muted">
      Nothing to send yet?{' '}
      <Link to="/p/$project" params={{ project: demo.slug }}>
        Look around in {demo.name}
      </Link>
      , which is simulated.
    </div>
  );
}
