import type { ObjectiveWrite, PrometheusRule, PrometheusRuleGroup } from '@plimsoll/contract';
import { durationSeconds } from './duration.js';
import { sliKindOf } from './kinds/index.js';
import { budgetShareOf, policyTiers } from './objective-terms.js';
import { fraction, multiply, one, subtract, toDecimalText } from './rational.js';
import type { Severity, Tier } from './tiers.js';

/** Counters of an objective as Prometheus scrapes them: eligible events, and the bad ones among them. */
export const objectiveCounters = {
  events: 'plimsoll_objective_events_total',
  bad: 'plimsoll_objective_bad_total',
} as const;

/** An objective and the project that it belongs to, by slug. */
export interface RuleSubject {
  readonly project: string;
  readonly definition: ObjectiveWrite;
}

export interface ExportedRules {
  readonly groups: readonly PrometheusRuleGroup[];
  /** What the rules cannot say of this objective, a sentence each. */
  readonly notes: readonly string[];
}

const alertName = 'PlimsollErrorBudgetBurn';
/** More digits than a double holds; a factor such as 14/15 has no end. */
const factorPlaces = 17;
const targetPlaces = 40;

/**
 * An objective as recording and alerting rules of Prometheus, in the names and the structure of sloth
 * (github.com/slok/sloth 0e395d81, `internal/prometheus`), so that its dashboards work on them. They differ in two points:
 * decimals are exact, and the ratio of the whole period is that of its events, where sloth averages five-minute ratios.
 */
export function prometheusRules(subject: RuleSubject): ExportedRules {
  const { definition } = subject;
  const { window, indicator } = definition;
  const refused = (reason: string): ExportedRules => ({
    groups: [],
    notes: [`${definition.slug}: not exported, ${reason}`],
  });
  if (typeof window !== 'string') return refused('rules have no calendar windows');
  if (!sliKindOf(indicator.kind).bounded) return refused('money above a ceiling is no ratio of events');
  const periodSeconds = durationSeconds(window, 'window');
  const plain = typeof definition.policy === 'object' && 'thresholds' in definition.policy;
  const tiers = plain ? [] : policyTiers(definition, periodSeconds);
  const rules = new RuleWriter(subject, tiers, periodSeconds);
  const groups = [rules.recordings(), rules.meta()];
  if (definition.alerting && tiers.length > 0) groups.push(rules.alerts());
  return { groups, notes: notesOf(definition, plain) };
}

function notesOf(definition: ObjectiveWrite, plain: boolean): string[] {
  const { slug, indicator, groupBy, volumeAware, alerting, timeslice } = definition;
  const notes: [boolean, string][] = [
    [sliKindOf(indicator.kind).sampled, 'the rules know no interval and page on fewer samples than Plimsoll does'],
    [groupBy.length > 0, 'the rules judge the whole and not each value of its group-by'],
    [timeslice !== undefined, 'the rules know only the minutes that had events, Plimsoll expects all of a window'],
    [volumeAware, 'the rules do not weigh quiet hours less'],
    [plain && alerting, 'thresholds (plain, of exhaustion, of a drop) are not exported, recordings alone are'],
  ];
  return notes.filter(([applies]) => applies).map(([, text]) => `${slug}: ${text}`);
}

class RuleWriter {
  private readonly id: string;
  private readonly labels: Readonly<Record<string, string>>;
  /** Selects the recordings of this objective. */
  private readonly selector: string;
  private readonly budget: string;
  private readonly period: string;

  constructor(
    private readonly subject: RuleSubject,
    private readonly tiers: readonly Tier[],
    private readonly periodSeconds: number,
  ) {
    const { project, definition } = subject;
    const [feature, ...others] = definition.filter.feature ?? [];
    const service = feature !== undefined && others.length === 0 ? feature : project;
    this.id = `${service}-${definition.slug}`;
    this.labels = { sloth_id: this.id, sloth_service: service, sloth_slo: definition.slug };
    const matchers = Object.entries(this.labels).map(([name, value]) => `${name}=${quoted(value)}`);
    this.selector = `{${matchers.join(', ')}}`;
    this.budget = toDecimalText(budgetShareOf(definition), targetPlaces);
    this.period = prometheusDuration(periodSeconds);
  }

  /** The bad share of every window that a tier reads, and of the whole period. */
  recordings(): PrometheusRuleGroup {
    const seconds = this.tiers.flatMap(({ shortSeconds, longSeconds }) => [shortSeconds, longSeconds]);
    // The burn of five minutes is shown as the current one, whatever the tiers are.
    const windows = [...new Set([currentSeconds, ...seconds, this.periodSeconds])].toSorted((a, b) => a - b);
    return {
      name: `sloth-slo-sli-recordings-${this.id}`,
      rules: windows.map((window) => this.ratioOver(prometheusDuration(window))),
    };
  }

  private ratioOver(window: string): PrometheusRule {
    const { project, definition } = this.subject;
    const rate = (counter: string): string =>
      `(sum(rate(${counter}{project=${quoted(project)}, objective=${quoted(definition.slug)}}[${window}])))`;
    return {
      record: ratioOf(window),
      expr: `${rate(objectiveCounters.bad)}\n/\n${rate(objectiveCounters.events)}\n`,
      labels: { ...this.labels, sloth_window: window },
    };
  }

  meta(): PrometheusRuleGroup {
    const target = subtract(one, budgetShareOf(this.subject.definition));
    const burn = (window: string): string =>
      `${ratioOf(window)}${this.selector}\n/ on(sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio${this.selector}\n`;
    const rows: [record: string, expr: string][] = [
      ['slo:objective:ratio', `vector(${toDecimalText(target, targetPlaces)})`],
      ['slo:error_budget:ratio', `vector(${this.budget})`],
      ['slo:time_period:days', `vector(${this.periodSeconds / daySeconds})`],
      ['slo:current_burn_rate:ratio', burn(prometheusDuration(currentSeconds))],
      ['slo:period_burn_rate:ratio', burn(this.period)],
      ['slo:period_error_budget_remaining:ratio', `1 - slo:period_burn_rate:ratio${this.selector}`],
    ];
    const info = {
      ...this.labels,
      sloth_mode: 'plimsoll-export',
      sloth_objective: toDecimalText(multiply(target, fraction(100, 1)), targetPlaces),
      sloth_spec: 'plimsoll.dev/v1',
    };
    return {
      name: `sloth-slo-meta-recordings-${this.id}`,
      rules: [
        ...rows.map(([record, expr]) => ({ record, expr, labels: this.labels })),
        { record: 'sloth_slo_info', expr: 'vector(1)', labels: info },
      ],
    };
  }

  /** One alert a severity, which holds while any of its tiers does: long and short window above the factor. */
  alerts(): PrometheusRuleGroup {
    const severities: Severity[] = ['page', 'ticket'];
    return {
      name: `sloth-slo-alerts-${this.id}`,
      rules: severities.flatMap((severity) => {
        const own = this.tiers.filter((tier) => tier.severity === severity);
        return own.length === 0 ? [] : [this.alert(severity, own)];
      }),
    };
  }

  private alert(severity: Severity, tiers: readonly Tier[]): PrometheusRule {
    const { owner } = this.subject.definition;
    const slo = '{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate';
    return {
      alert: alertName,
      expr: `${tiers.map((tier) => this.condition(tier)).join('\nor\n')}\n`,
      labels: { ...(owner === undefined ? {} : { owner }), sloth_severity: severity },
      annotations: { summary: `${slo} is over expected.`, title: `(${severity}) ${slo} is too fast.` },
    };
  }

  private condition({ shortSeconds, longSeconds, factor }: Tier): string {
    const threshold = `(${toDecimalText(factor, factorPlaces)} * ${this.budget})`;
    const above = (seconds: number): string =>
      `max(${ratioOf(prometheusDuration(seconds))}${this.selector} > ${threshold}) without (sloth_window)`;
    return `(\n    ${above(shortSeconds)}\n    and\n    ${above(longSeconds)}\n)`;
  }
}

const currentSeconds = 300;
const daySeconds = 86_400;

const ratioOf = (window: string): string => `slo:sli_error:ratio_rate${window}`;

/** A string of PromQL. */
const quoted = (text: string): string => JSON.stringify(text);

const units = [
  ['w', 7 * daySeconds],
  ['d', daySeconds],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** As Prometheus writes a duration: weeks and days where nothing is left over, else parts: `4w`, `30d`, `1h30m`. */
export function prometheusDuration(seconds: number): string {
  const whole = units.slice(0, 2).find(([, size]) => seconds >= size && seconds % size === 0);
  if (whole !== undefined) return `${seconds / whole[1]}${whole[0]}`;
  let rest = seconds;
  let text = '';
  for (const [unit, size] of units.slice(2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
