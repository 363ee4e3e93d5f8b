/**
 * Generated incidents with known truth: does the ranking name the right change, and nothing where there is none? How long
 * until they page, and what is paged when nothing is wrong?
 *
 *   npm run bench:incidents -- [--incidents 440] [--months 2] [--calm-months 12] [--seed 1]
 *
 * Each incident is minutes of calls with several features, customers and models, a base rate of failure, unrelated
 * changes before it and one fault. Onset, suspects and alerts come from the product's own functions, from counts alone.
 * `--months` are simulated without a fault for each kind, `--calm-months` for `no_change` and `seasonal`. Prints one JSON
 * line a kind of fault, one a kind and objective, one for the whole, and tables of the same; exits 1 when a limit is missed.
 */
import { parseArgs } from 'node:util';
import { type Cell, findOnset, onsetSlackMs, rankSuspects } from '@plimsoll/incidents';
import { Draw } from './draw.js';
import { detect, type Detection, judgedBy, type JudgedBy, quietDays, type QuietMonths } from './incident-alerts.js';
import {
  baselineMinutes,
  blamable,
  type Call,
  drawCall,
  epoch,
  isSeparable,
  type Kind,
  kinds,
  loadAt,
  makeWorld,
  minuteMs,
  onsetMinuteOf,
  onsetMinutes,
  type World,
} from './incident-world.js';

const limits = { topRight: 0.95, noVersionBlamed: 0.98 };
const daysOfMonth = 28;
const daysAtOnce = 7;

interface Ranked {
  readonly kind: Kind;
  /** By the expected size of what was generated, whatever was found. */
  readonly separable: boolean;
  readonly onsetFound: boolean;
  /** The first of the list is to blame; a group that holds it counts. Without an onset nothing is ranked: not right. */
  readonly topRight: boolean;
  readonly versionBlamed: boolean;
  readonly mixFound: boolean;
  readonly onsetErrorMinutes: number | null;
}

function rank(kind: Kind, world: World, draw: Draw): Ranked {
  const points: { at: number; n: number; bad: number }[] = [];
  const calls: (Call & { at: number })[] = [];
  for (let minute = -baselineMinutes; minute < world.length; minute += 1) {
    const n = draw.poisson(loadAt(world, minute));
    let bad = 0;
    const at = epoch + minute * minuteMs;
    for (let k = 0; k < n; k += 1) {
      const call = drawCall(world, minute, draw);
      if (call.bad) bad += 1;
      calls.push({ ...call, at });
    }
    points.push({ at, n, bad });
  }
  const separable = isSeparable(world);
  const onset = findOnset(points.filter(({ at }) => at >= epoch - onsetMinutes * minuteMs));
  if (onset === null) {
    const nothing = { onsetFound: false, topRight: false, versionBlamed: false, mixFound: false };
    return { kind, separable, ...nothing, onsetErrorMinutes: null };
  }
  const ranking = rankSuspects({
    onset: onset.at,
    end: epoch + world.length * minuteMs,
    slackMs: onsetSlackMs(onset),
    cells: cellsOf(calls, onset.at),
    changes: [...world.rollouts.map(({ change }) => change), ...world.otherChanges],
  });
  const [top] = ranking.suspects;
  const named = ranking.suspects.filter(({ band }) => band === 'strong' || band === 'possible');
  const leads = top !== undefined && top.share > ranking.unknownShare;
  return {
    kind,
    separable,
    onsetFound: true,
    topRight: leads && world.culprit !== null && (top.id === world.culprit || top.groupedWith.includes(world.culprit)),
    versionBlamed: named.some((suspect) => suspect.kind !== 'route' && suspect.kind !== 'mix'),
    mixFound: ranking.verdict === 'traffic mix',
    onsetErrorMinutes: Math.abs(onset.at - (epoch + onsetMinuteOf(world) * minuteMs)) / minuteMs,
  };
}

function cellsOf(calls: readonly (Call & { at: number })[], onset: number): Cell[] {
  const cells = new Map<string, { period: Cell['period']; attributes: Cell['attributes']; n: number; bad: number }>();
  for (const { at, attributes, bad } of calls) {
    const period = at < onset ? 'baseline' : 'incident';
    const key = `${period}|${Object.values(attributes).join('|')}`;
    const cell = cells.get(key) ?? { period, attributes, n: 0, bad: 0 };
    cell.n += 1;
    if (bad) cell.bad += 1;
    cells.set(key, cell);
  }
  return [...cells.values()];
}

type Line = Readonly<Record<string, string | number | boolean | null>>;

const print = (line: Line): void => void process.stdout.write(`${JSON.stringify({ bench: 'incidents', ...line })}\n`);
const short = (value: number): number => Number(value.toPrecision(4));
const share = <T>(items: readonly T[], holds: (item: T) => boolean): number | null =>
  items.length === 0 ? null : short(items.filter(holds).length / items.length);

function quantile(values: readonly (number | null)[], q: number): number | null {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const value = known[Math.min(known.length - 1, Math.floor(known.length * q))];
  return value === undefined ? null : short(value);
}

function rankingLine(kind: Kind, ranked: readonly Ranked[]): Line {
  const separable = ranked.filter((one) => one.separable);
  const toBlame = blamable.includes(kind);
  return {
    kind,
    generated: ranked.length,
    separable: separable.length,
    onsetFound: ranked.filter(({ onsetFound }) => onsetFound).length,
    onsetErrorMinutesMedian: quantile(
      ranked.map(({ onsetErrorMinutes }) => onsetErrorMinutes),
      0.5,
    ),
    topRight: toBlame ? share(separable, ({ topRight }) => topRight) : null,
    topRightOfAll: toBlame ? share(ranked, ({ topRight }) => topRight) : null,
    versionBlamed: share(ranked, ({ versionBlamed }) => versionBlamed),
    mixVerdict: share(ranked, ({ mixFound }) => mixFound),
  };
}

function alertLine(kind: Kind, by: JudgedBy, detections: readonly Detection[], quiet: readonly QuietMonths[]): Line {
  const expected = detections.filter(({ expectedPage }) => expectedPage !== null);
  const alertable = detections.filter(({ expectedAny }) => expectedAny !== null);
  const days = quiet.reduce((sum, one) => sum + one.days, 0);
  const perMonth = (what: 'pages' | 'tickets'): number =>
    short((quiet.reduce((sum, one) => sum + one[what], 0) * daysOfMonth) / days);
  return {
    kind,
    objective: by,
    pageExpected: expected.length,
    paged: expected.filter(({ page }) => page !== null).length,
    pageDelayMedian: quantile(
      expected.map(({ page }) => page),
      0.5,
    ),
    pageDelayP90: quantile(
      expected.map(({ page }) => page),
      0.9,
    ),
    pageFormulaMedian: quantile(
      expected.map(({ expectedPage }) => expectedPage),
      0.5,
    ),
    pageFormulaP90: quantile(
      expected.map(({ expectedPage }) => expectedPage),
      0.9,
    ),
    alertExpected: alertable.length,
    alerted: alertable.filter(({ any }) => any !== null).length,
    alertDelayMedian: quantile(
      alertable.map(({ any }) => any),
      0.5,
    ),
    alertDelayP90: quantile(
      alertable.map(({ any }) => any),
      0.9,
    ),
    months: short(days / daysOfMonth),
    falsePagesPerMonth: perMonth('pages'),
    falseTicketsPerMonth: perMonth('tickets'),
  };
}

function printTable(title: string, lines: readonly Line[]): void {
  const [first] = lines;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const rows = [columns, ...lines.map((line) => columns.map((column) => String(line[column] ?? '-')))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const text = rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '));
  // For eyes; the lines of JSON stand alone in the output.
  process.stderr.write(`\n${title}\n${text.join('\n')}\n`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      incidents: { type: 'string', default: '440' },
      months: { type: 'string', default: '2' },
      'calm-months': { type: 'string', default: '12' },
      seed: { type: 'string', default: '20261122' },
    },
  });
  const each = Math.ceil(Number(values.incidents) / kinds.length);
  const ranked: Ranked[] = [];
  const [rankings, alerts]: [Line[], Line[]] = [[], []];
  for (const [index, kind] of kinds.entries()) {
    const seedOf = (k: number): number => Number(values.seed) + index * 1_000_003 + k * 7919;
    const worlds = Array.from({ length: each }, (_, k) => ({
      seed: seedOf(k),
      world: makeWorld(kind, new Draw(seedOf(k))),
    }));
    const found = worlds.map(({ seed, world }) => rank(kind, world, new Draw(seed + 1)));
    ranked.push(...found);
    rankings.push(rankingLine(kind, found));
    print(rankings.at(-1) ?? {});
    const months = Number(kind === 'no_change' || kind === 'seasonal' ? values['calm-months'] : values.months);
    const calm = Array.from({ length: Math.max(1, Math.round((months * daysOfMonth) / daysAtOnce)) }, (_, k) =>
      seedOf(each + k),
    );
    for (const by of judgedBy) {
      const detections = worlds.map(({ seed, world }) => detect(world, by, new Draw(seed + 2)));
      const quiet = calm.map((seed) => quietDays(makeWorld(kind, new Draw(seed)), by, daysAtOnce, new Draw(seed + 3)));
      alerts.push(alertLine(kind, by, detections, quiet));
      print(alerts.at(-1) ?? {});
    }
  }
  printTable('Suspects', rankings);
  printTable('Alerts: delays in minutes', alerts);
  const toBlame = ranked.filter(({ kind }) => blamable.includes(kind));
  const topRight =
    share(
      toBlame.filter(({ separable }) => separable),
      (one) => one.topRight,
    ) ?? 0;
  const nobody = ranked.filter(({ kind }) => !blamable.includes(kind));
  const noVersionBlamed = share(nobody, (one) => !one.versionBlamed) ?? 0;
  const passed = topRight >= limits.topRight && noVersionBlamed >= limits.noVersionBlamed;
  print({
    seed: Number(values.seed),
    incidents: ranked.length,
    separable: toBlame.filter(({ separable }) => separable).length,
    topRight,
    topRightOfAll: share(toBlame, (one) => one.topRight),
    noVersionBlamed,
    topRightLimit: limits.topRight,
    noVersionBlamedLimit: limits.noVersionBlamed,
    passed,
  });
  if (!passed) process.exitCode = 1;
}

main();
