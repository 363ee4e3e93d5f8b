import { Button } from '@mantine/core';
import { type Objective, type ObjectiveSeries, priceCurrency } from '@plimsoll/contract';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import { formatCount, formatDuration, formatMoney, formatPercent, plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { Key, Status, Tile } from '../design/status.js';
import { formatBurn } from '../incidents/incident-words.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { useZone } from '../time/use-time.js';
import { formatClock, formatInstant, zoneName } from '../time/zone.js';
import { CallsLink } from '../traces/figure-link.js';
import { BurnCharts } from './burn-charts.js';
import { DecisionPanel } from './decision-panel.js';
import { ExclusionsPanels } from './exclusions-panels.js';
import { GroupsPanel } from './groups-panel.js';
import { BadgePanel } from './badge-panel.js';
import { ClusterEffectPanel } from './cluster-effect-panel.js';
import { JudgeErrorPanel } from './judge-error-panel.js';
import { PlannerPanel } from './planner-panel.js';
import { PrecisionPanel } from './precision-panel.js';
import { SpendersPanel } from './spenders-panel.js';
import {
  budgetColor,
  sureWords,
  formatExhaustion,
  formatInterval,
  kindWords,
  statusWords,
  windowMs,
  windowWords,
} from './slo-words.js';
import classes from './slo.module.css';

/** One objective: are we inside the target, when does the budget run out, what spent it. */
export function SloPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useApi<Objective>(`/objectives/${encodeURIComponent(id)}`, { every: 60_000, keep: false });
  return (
    <Loaded query={query} what="The objective" rows={8} rowHeight={56}>
      {(objective) => <ObjectiveView objective={objective} />}
    </Loaded>
  );
}

function ObjectiveView({ objective }: { objective: Objective }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const zone = useZone();
  const series = useApi<ObjectiveSeries>(`/objectives/${objective.slug}/series`, { every: 60_000, keep: false });
  const edit = () => void navigate({ to: '/p/$project/slos/$id/edit', params: { project, id: objective.slug } });
  useShortcuts('Objective', [
    { keys: 'e', label: 'Edit the objective', run: edit },
    { keys: 'b', label: 'Go to the burn table', run: () => document.getElementById('burn-table')?.scrollIntoView() },
  ]);
  const status = statusWords[objective.status];
  const windowSearch = useMemo(() => windowSearchOf(objective, series.data), [objective, series.data]);
  // The planner fills the left column, so that the definition stands where there is room.
  const wide = objective.kind === 'quality';
  const definition = (
    <Panel title="Definition" aside={<span className="muted">since {formatInstant(objective.updatedAt, zone)}</span>}>
      <pre className="block">{definitionText(objective)}</pre>
    </Panel>
  );
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">
          {objective.name}: {objective.targetText}
        </h1>
        <Status color={status.color} title={objective.statusReason}>
          {status.word}
        </Status>
        <span className="muted">
          {kindWords[objective.kind]}, {objective.windowText}, revision {objective.revision}
        </span>
        {objective.openIncidentId && (
          <Link to="/p/$project/incidents/$id" params={{ project, id: objective.openIncidentId }}>
            Open incident
          </Link>
        )}
        <Button onClick={edit} rightSection={<Key>e</Key>} className={classes.pushRight ?? ''}>
          Edit
        </Button>
      </div>
      {objective.warnings.map((warning) => (
        <div key={warning} className="notice notice-risk">
          {warning}
        </div>
      ))}
      <Tiles objective={objective} windowSearch={windowSearch} />
      <BurnCharts objective={objective} query={series} />
      {objective.groups && <GroupsPanel objective={objective} groups={objective.groups} windowSearch={windowSearch} />}
      <div className={classes.columns}>
        <div id="burn-table">
          <TierPanel objective={objective} />
        </div>
        <SpendersPanel objective={objective} windowSearch={windowSearch} />
      </div>
      <div className={classes.columns}>
        <div className="stack">
          <DecisionPanel objective={objective} />
          {objective.judgeError && <JudgeErrorPanel judgeError={objective.judgeError} />}
          {objective.clusterEffect && <ClusterEffectPanel effect={objective.clusterEffect} />}
          {objective.kind === 'quality' && <PlannerPanel objective={objective} />}
          {!wide && definition}
        </div>
        <div className="stack">
          <PrecisionPanel precision={objective.precision} />
          <SelfTest objective={objective} />
          <BadgePanel objective={objective} />
          <Panel title="Runbook">
            {objective.definition.runbook ? (
              <pre className="block">{objective.definition.runbook}</pre>
            ) : (
              <span className="muted">
                None of its own. Whoever is paged at night will miss it; runbooks for several objectives are kept in{' '}
                <Link to="/p/$project/settings/$section" params={{ project, section: 'runbooks' }}>
                  Settings
                </Link>
                .
              </span>
            )}
          </Panel>
          {wide && definition}
        </div>
      </div>
      <ExclusionsPanels objective={objective} />
    </div>
  );
}

/** The range that the figures of the whole window are about, as words of the address. */
function windowSearchOf(objective: Objective, series: ObjectiveSeries | undefined): Record<string, string> {
  const end = series ? Date.parse(series.to) : objective.asOf ? Date.parse(objective.asOf) : Date.now();
  const start = series ? Date.parse(series.from) : end - 28 * 86_400_000;
  return { from: String(start), to: String(end) };
}

function Tiles({ objective, windowSearch }: { objective: Objective; windowSearch: Record<string, string> }) {
  const { budget, coverage } = objective;
  const zone = useZone();
  const project = useProjectSlug();
  const { indicator } = objective.definition;
  const countsOutcomes = indicator.kind === 'cost' && indicator.per === 'outcome';
  const calls = (outcome: string, what: string, figure: ReactNode) => (
    <CallsLink project={project} objective={objective.slug} search={{ ...windowSearch, outcome }} what={what}>
      {figure}
    </CallsLink>
  );
  return (
    <div className="tiles">
      {objective.kind === 'cost' ? (
        <Tile
          label={spentLabel(objective)}
          value={
            <CallsLink
              project={project}
              objective={objective.slug}
              search={{ ...windowSearch, outcome: 'all', sort: 'cost', of: countsOutcomes ? 'outcomes' : undefined }}
              what={
                countsOutcomes
                  ? 'The outcomes that were paid for'
                  : 'The calls that the spending is made of, the dearest first'
              }
            >
              {formatMoney(objective.unitCost, priceCurrency)}
            </CallsLink>
          }
          title={objective.unitCost ?? ''}
          note={`over ${plural(objective.eligible, countsOutcomes ? 'outcome' : 'request')}; ${objective.targetText}`}
        />
      ) : (
        <Tile
          label="Indicator now"
          value={calls('all', 'The calls that were counted', formatPercent(objective.sli))}
          note={
            objective.sliInterval
              ? `${formatInterval(objective.sliInterval)}${sureWords(objective.sliInterval)}`
              : objective.targetText
          }
        />
      )}
      <Tile
        label="Budget left"
        value={calls(
          objective.kind === 'cost' ? 'all' : 'bad',
          'The calls that spent the budget',
          formatPercent(budget.remaining),
        )}
        color={budgetColor(budget.remaining)}
        note={budget.text}
      />
      <Tile
        label="Burn rate"
        value={formatBurn(objective.burnRate)}
        note="1x uses the budget exactly over the window"
      />
      <Tile
        label="Budget runs out"
        value={
          budget.remaining !== null && budget.remaining <= 0 ? 'used up' : formatExhaustion(budget.exhaustsInSeconds)
        }
        note="at the present burn"
      />
      {coverage ? (
        <Tile
          label="Coverage"
          value={calls('all', 'The scored calls', `${formatCount(coverage.scored)} scored`)}
          note={`of ${formatCount(coverage.population)} calls`}
        />
      ) : (
        <Tile
          label="Coverage"
          value={calls('all', 'The eligible calls', 'every call')}
          note={`${formatCount(objective.eligible)} eligible`}
        />
      )}
      <Tile
        label="As of"
        value={
          objective.asOf ? `${formatClock(objective.asOf, zone)} ${zoneName(Date.parse(objective.asOf), zone)}` : '-'
        }
        title={formatInstant(objective.asOf, zone)}
        note={objective.statusReason}
      />
    </div>
  );
}

function spentLabel({ definition: { indicator } }: Objective): string {
  return indicator.kind === 'cost' && indicator.per === 'outcome' ? 'Cost of an outcome' : 'Cost of a request';
}

const tierStates: Record<Objective['tiers'][number]['state'], string> = {
  inactive: 'quiet',
  pending: 'pending',
  firing: 'firing',
  resolving: 'resolving',
  no_data: 'no data',
  insufficient: 'too few',
};

/** Whether a synthetic breach would still tell somebody, by the last nightly replay. */
function SelfTest({ objective }: { objective: Objective }) {
  const zone = useZone();
  const { selfTest } = objective;
  return (
    <Panel title="Would it page?">
      {selfTest ? (
        <>
          <Status color={selfTest.ok ? 'ok' : 'failing'}>{selfTest.ok ? 'yes' : 'no'}</Status> {selfTest.detail}{' '}
          <span className="muted">Replayed {formatInstant(selfTest.at, zone)}.</span>
        </>
      ) : (
        <span className="muted">A synthetic breach is replayed every night; the first is still to come.</span>
      )}
    </Panel>
  );
}

function TierWindows({ objective, tier }: { objective: Objective; tier: Objective['tiers'][number] }) {
  return (
    <>
      <td className="num">
        {windowWords(tier.long)} / {windowWords(tier.short)}
      </td>
      <td className="num" title={tier.rule === 'exhaustion' ? 'Falls with the budget that is left' : undefined}>
        {formatBurn(tier.factor)}
        {tier.rule === 'exhaustion' && <span className="muted"> now</span>}
      </td>
      <td className="num">
        <TierBurn objective={objective} burn={tier.burnLong} window={tier.long} />
      </td>
      <td className="num">
        <TierBurn objective={objective} burn={tier.burnShort} window={tier.short} />
      </td>
    </>
  );
}

function TierPanel({ objective }: { objective: Objective }) {
  return (
    <Panel
      title="Alert tiers"
      flush
      aside={<span className="muted">fires when both windows burn faster than the factor</span>}
    >
      <table className="table" aria-label="Alert tiers">
        <thead>
          <tr>
            <th>Tier</th>
            <th>State</th>
            <th className="num">Windows</th>
            <th className="num">Fires above</th>
            <th className="num">Long</th>
            <th className="num">Short</th>
            <th className="num wide-only" title="Time until it fires when every call fails, from a clean state">
              Detects in
            </th>
          </tr>
        </thead>
        <tbody>
          {objective.tiers.map((tier) => (
            <tr key={tier.name}>
              <td className="nowrap">
                {tier.name} <span className="muted">{tier.severity}</span>
              </td>
              <td>
                <Status color={tier.state === 'firing' ? 'failing' : tier.state === 'inactive' ? 'ok' : 'muted'}>
                  {tierStates[tier.state]}
                </Status>
                {!tier.reachable && <span className="state-risk nowrap"> cannot fire</span>}
              </td>
              {tier.rule === 'outage' ? (
                <td colSpan={4} className="muted">
                  most calls of the last minutes are bad: more than{' '}
                  {formatPercent(tier.factor * (1 - Number(objective.target)))}, beyond chance
                </td>
              ) : (
                <TierWindows objective={objective} tier={tier} />
              )}
              <td className="num wide-only">
                {tier.detectionSeconds === null ? '-' : formatDuration(tier.detectionSeconds * 1000)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** The burn over one window, with the bad calls of that window behind it. */
function TierBurn({ objective, burn, window }: { objective: Objective; burn: number | null; window: string }) {
  const project = useProjectSlug();
  const length = windowMs(window);
  if (burn === null || length === null || objective.asOf === null) return formatBurn(burn);
  const end = Date.parse(objective.asOf);
  return (
    <CallsLink
      project={project}
      objective={objective.slug}
      search={{ from: String(end - length), to: String(end), outcome: 'bad' }}
      what={`Bad calls of the last ${windowWords(window)}`}
    >
      {formatBurn(burn)}
    </CallsLink>
  );
}

/** The definition in the form in which it is kept as code. */
function definitionText({ definition }: Objective): string {
  const lines: string[] = [];
  const write = (name: string, value: unknown, indent: string): void => {
    if (value === undefined || (typeof value === 'string' && value === '')) return;
    if (Array.isArray(value)) {
      if (value.length > 0) lines.push(`${indent}${name}: [${value.map((item) => JSON.stringify(item)).join(', ')}]`);
    } else if (value !== null && typeof value === 'object') {
      if (Object.keys(value).length === 0) return;
      lines.push(`${indent}${name}:`);
      for (const [inner, item] of Object.entries(value)) write(inner, item, `${indent}  `);
    } else {
      lines.push(`${indent}${name}: ${JSON.stringify(value)}`);
    }
  };
  for (const [name, value] of Object.entries(definition)) {
    if (name !== 'runbook') write(name, value, '');
  }
  return lines.join('\n');
}
