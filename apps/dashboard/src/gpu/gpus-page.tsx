import { TextInput } from '@mantine/core';
import type { Gpu, GpuFleet } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useApi, useProjectSlug } from '../api/queries.js';
import { formatCompact, formatCount, formatMoney, formatMoneyShort, formatPercent, plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Key, Status, Tile } from '../design/status.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useNow } from '../time/clock.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { busyReading, formatReading, gpuTitle, notExported, readings, reasonText, verdictWords } from './gpu-words.js';
import classes from './gpu.module.css';

/** The whole fleet: is capacity short or wasted, which GPU is sick, what does a model cost to serve. */
export function GpusPage() {
  const [words, setWords] = usePageSearch();
  const text = oneWord(words, 'host') ?? '';
  const query = useApi<GpuFleet>('/gpus', { every: 30_000 });
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">GPU fleet</h1>
        <span className="muted">as of the last scrape</span>
        <TextInput
          data-filter
          w={250}
          aria-label="Filter by host, pool or model"
          placeholder="Filter by host, pool or model"
          value={text}
          onChange={(event) => setWords({ host: event.currentTarget.value || undefined })}
          rightSection={<Key>/</Key>}
        />
      </div>
      <Loaded query={query} what="The GPU fleet" rows={8} rowHeight={48}>
        {(fleet) =>
          fleet.items.length + fleet.pools.length === 0 ? <NoGpus fleet={fleet} /> : <Fleet fleet={fleet} text={text} />
        }
      </Loaded>
    </div>
  );
}

function Fleet({ fleet, text }: { fleet: GpuFleet; text: string }) {
  const wanted = text.toLowerCase();
  const gpus = fleet.items.filter((gpu) =>
    `${gpu.host} ${gpu.pool} ${gpu.model} ${gpu.owner}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="stack">
      <FleetTiles fleet={fleet} />
      <HostGrid gpus={gpus} />
      <PoolPanel fleet={fleet} />
      <Attention gpus={gpus} currency={fleet.currency} />
      <Targets fleet={fleet} />
    </div>
  );
}

function FleetTiles({ fleet }: { fleet: GpuFleet }) {
  const faults = fleet.items.filter(({ verdict }) => verdict === 'fault').length;
  const idle = fleet.items.filter(({ verdict }) => verdict === 'idle').length;
  const queued = fleet.pools.filter(({ verdict }) => verdict === 'queue_bound').length;
  return (
    <div className="tiles">
      <Tile label="GPUs" value={formatCount(fleet.items.length)} note={plural(fleet.pools.length, 'serving pool')} />
      <Tile label="Busy" value={formatPercent(fleet.busyShare, 0)} note="share of GPU time with work" />
      <Tile
        label="Idle cost"
        value={fleet.idleCostPerDay === null ? '-' : `${formatMoneyShort(fleet.idleCostPerDay, fleet.currency)} a day`}
        note={fleet.idleCostPerDay === null ? 'set an hourly rate to see it' : `${idle} idle now`}
      />
      <Tile
        label="Faults"
        value={formatCount(faults)}
        note={faults > 0 ? 'see below' : 'no XID in the window'}
        {...(faults > 0 ? { color: 'failing' as const } : {})}
      />
      <Tile
        label="Queues"
        value={formatCount(queued)}
        note={queued > 0 ? 'pools with calls waiting' : 'no calls wait'}
        {...(queued > 0 ? { color: 'risk' as const } : {})}
      />
    </div>
  );
}

function HostGrid({ gpus }: { gpus: Gpu[] }) {
  const project = useProjectSlug();
  const hosts = [...new Set(gpus.map(({ host }) => host))];
  if (gpus.length === 0) return null;
  return (
    <Panel title="Hosts" aside={<span className="muted">share of time in which streaming multiprocessors work</span>}>
      <div className={classes.hosts}>
        {hosts.map((host) => (
          <div key={host} className={classes.host}>
            <span className="clip" title={host}>
              {host}
            </span>
            <span className={classes.cells}>
              {gpus
                .filter((gpu) => gpu.host === host)
                .map((gpu) => (
                  <GpuCell key={gpu.id} gpu={gpu} project={project} />
                ))}
            </span>
          </div>
        ))}
      </div>
    </Panel>
  );
}

function GpuCell({ gpu, project }: { gpu: Gpu; project: string }) {
  const { word, color } = verdictWords[gpu.verdict];
  const busy = busyReading(gpu);
  const text = formatReading(busy.name, busy.value);
  return (
    <Link
      to="/p/$project/gpus/$id"
      params={{ project, id: gpu.id }}
      className={`${classes.cell} state-${color}`}
      title={`${gpuTitle(gpu)}, ${word}: ${readings[busy.name].source} ${busy.value === null ? notExported : text}`}
    >
      <span className={classes.fill} style={{ height: `${Math.max(0, Math.min(1, busy.value ?? 0)) * 100}%` }} />
      <span className={classes.cellText}>
        <span>{text}</span>
        <span className={classes.cellWord}>{word}</span>
      </span>
    </Link>
  );
}

function PoolPanel({ fleet }: { fleet: GpuFleet }) {
  if (fleet.pools.length === 0) return null;
  return (
    <Panel title="Serving pools" flush>
      <table className="table" aria-label="Serving pools">
        <thead>
          <tr>
            <th>Pool</th>
            <th>Model</th>
            <th>Verdict</th>
            <th className="num">Running</th>
            <th className="num">Waiting</th>
            <th className="num">KV cache</th>
            <th className="num">Tokens/s</th>
            <th className="num">Cost of 1M tokens</th>
            <th className="wide-only">Next step</th>
          </tr>
        </thead>
        <tbody>
          {fleet.pools.map((pool) => (
            <tr key={`${pool.pool}${pool.model}${pool.engine}`}>
              <td>
                {pool.pool} <span className="muted">{pool.engine}</span>
              </td>
              <td>{pool.model}</td>
              <td>
                <Status color={verdictWords[pool.verdict].color}>{verdictWords[pool.verdict].word}</Status>
              </td>
              <td className="num">{formatCompact(pool.running)}</td>
              <td className="num">{formatCompact(pool.waiting)}</td>
              <td className="num">{formatPercent(pool.kvUsage)}</td>
              <td className="num">{formatCompact(pool.tokensPerSecond)}</td>
              <td className="num">{formatMoney(pool.costPerMillionTokens, fleet.currency)}</td>
              <td className="wide-only">{pool.nextStep}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

const needsAttention: readonly Gpu['verdict'][] = [
  'fault',
  'throttled',
  'stale',
  'starved',
  'idle',
  'interconnect_bound',
];

function Attention({ gpus, currency }: { gpus: Gpu[]; currency: string }) {
  const project = useProjectSlug();
  const rows = gpus
    .filter(({ verdict }) => needsAttention.includes(verdict))
    .toSorted((a, b) => needsAttention.indexOf(a.verdict) - needsAttention.indexOf(b.verdict));
  if (rows.length === 0) return null;
  return (
    <Panel title="Need a look" flush>
      <table className="table" aria-label="GPUs that need a look">
        <thead>
          <tr>
            <th>GPU</th>
            <th>Verdict</th>
            <th>Owner</th>
            <th className="num">An hour</th>
            <th>Next step</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 20).map((gpu) => (
            <tr key={gpu.id}>
              <td className="nowrap">
                <Link to="/p/$project/gpus/$id" params={{ project, id: gpu.id }}>
                  {gpuTitle(gpu)}
                </Link>
              </td>
              <td className="nowrap">
                <Status color={verdictWords[gpu.verdict].color}>{verdictWords[gpu.verdict].word}</Status>{' '}
                <span className="muted">{gpu.subReason ? reasonText(gpu.subReason) : null}</span>
              </td>
              <td>{gpu.owner ?? '-'}</td>
              <td className="num">{formatMoney(gpu.hourlyCost, currency)}</td>
              <td>{gpu.nextStep}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Targets({ fleet }: { fleet: GpuFleet }) {
  const zone = useZone();
  const now = useNow();
  const project = useProjectSlug();
  return (
    <Panel title="Scrape targets" flush aside={<a href={`/p/${project}/settings/scraping`}>Change</a>}>
      {fleet.targets.length === 0 ? (
        <Empty title="Nothing is scraped." />
      ) : (
        <table className="table" aria-label="Scrape targets">
          <thead>
            <tr>
              <th>Address</th>
              <th>State</th>
              <th className="num">Samples</th>
              <th className="num">Lines refused</th>
              <th className="num wide-only">Last answer</th>
            </tr>
          </thead>
          <tbody>
            {fleet.targets.map((target) => (
              <tr key={target.id}>
                <td className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {target.url}
                </td>
                <td>
                  {target.up === null ? (
                    <Status color="muted">waiting</Status>
                  ) : (
                    <Status color={target.up ? 'ok' : 'failing'}>{target.up ? 'answers' : 'down'}</Status>
                  )}{' '}
                  <span className="muted">{target.error}</span>
                </td>
                <td className="num">{formatCount(target.samples)}</td>
                <td className="num">{formatCount(target.rejectedLines)}</td>
                <td className="num wide-only">
                  {target.lastScrapeAt ? formatInstant(target.lastScrapeAt, zone, now, true) : '-'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function NoGpus({ fleet }: { fleet: GpuFleet }) {
  const project = useProjectSlug();
  return (
    <>
      <Empty
        title="No GPU is known yet."
        action={
          <Link to="/p/$project/settings/$section" params={{ project, section: 'scraping' }}>
            Add a scrape target
          </Link>
        }
      >
        Point us at a DCGM exporter (port 9400) and at the /metrics page of vLLM, SGLang or Triton.
      </Empty>
      {fleet.targets.length > 0 && <Targets fleet={fleet} />}
    </>
  );
}
