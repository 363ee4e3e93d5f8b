import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { decide, findRuleScorer, type SamplingFacts, type ScoringSubject } from '@plimsoll/scoring';
import { PassCursors } from '../rollups/pass-cursors.js';
import { Retentions, type Retention } from '../rollups/retention.js';
import { expiresOn } from '../ingest/span-row.js';
import { isBusy } from '../rollups/busy-store.js';
import { type ActiveScorer, ActiveScorers, type ProjectScoring, wants } from './active-scorers.js';
import { ArrivalLog, ArrivalSlices, type ArrivalSlice, slotSeconds } from './arrival-slices.js';
import { burstRule, isInBurst } from './bursts.js';
import { ContentsService, keyText } from './contents.service.js';
import { grouped } from './grouped.js';
import {
  arrivedSlots,
  type CallVersion,
  type Candidate,
  decisionsAfterThumbsDown,
  insertDecisions,
  insertScores,
  pendingDecisions,
  settledVersions,
  undecidedCalls,
  waitSeconds,
} from './scoring.queries.js';
import type { DecisionRow, ScoreRow, SpanKey } from './scoring-rows.js';
import { Reweighing } from './reweighing.js';
import { passName, ScoringProgressService } from './scoring-progress.js';

const resumeName = 'scoring.resume';
/** How often decisions are looked for that a dead worker left; a fresh worker and one whose pass failed look at once. */
const resumeMs = 60_000;
/** The wait of a call without a root, and longer than an insert may take plus the difference of two clocks. */
const overlapMicros = BigInt(waitSeconds + 120) * 1_000_000n;
const waitMicros = BigInt(waitSeconds) * 1_000_000n;
/** How far a pass without a cursor looks back. */
const rescanMicros = 2n * 86_400_000_000n;
/** Calls asked for at once, newest first. */
const page = 10_000;
/** From so many rows a second on scoring gives way: it then takes about so long a pass, and waits by the pace of passes ... */
const busyRowsASecond = 10_000;
const busyPassMs = 2_000;
/** ... and asks for so many calls at once. */
const busyPage = 2_000;
/** Calls a block: newest minutes show their quality first, and a crash repeats no more than this. */
const batch = 1_000;

/** A version is new for this many calls. */
const newVersionCalls = 200;

const suspects = ['refusal', 'truncated', 'empty'].map((id) => findRuleScorer(id)?.prepare({}));

/** What a call's words alone say about how telling a grade of it would be. */
const isSuspicious = (subject: ScoringSubject): boolean => suspects.some((score) => score?.(subject)?.passed === false);

const rowsOf = (slices: readonly ArrivalSlice[]): number =>
  slices.reduce((sum, { slots }) => slots.reduce((rows, slot) => rows + slot.rows, sum), 0);

interface Call extends SpanKey {
  readonly feature: string;
  readonly kind: string;
  readonly sessionId: string;
  readonly headP: number;
  readonly hasContent: boolean;
  readonly promptVersion: string;
  readonly model: string;
  /** Feature, prompt version and model as one text. */
  readonly version: string;
}

const versionText = (version: CallVersion): string =>
  [version.feature, version.prompt_version, version.model].join('\0');

const callOf = (row: Candidate): Call => ({
  project: row.project,
  time: BigInt(row.time_ns),
  traceId: row.trace_id,
  spanId: row.span_id,
  feature: row.feature,
  kind: row.kind,
  sessionId: row.session_id,
  headP: row.sample_p > 0 ? row.sample_p : 1,
  hasContent: row.has_content === 1,
  promptVersion: row.prompt_version,
  model: row.model,
  version: versionText(row),
});

/** What a pass did: `busy` when so much arrives that the next should wait, `complete` when nothing was left. */
interface Decided {
  readonly calls: number;
  readonly busy: boolean;
  readonly complete: boolean;
}

/** Decides which calls are scored and scores them by rule. What is scored is what the stored decision says. */
@Injectable()
export class ScoringService {
  private readonly logger = new Logger('scoring');
  private resumedAt = 0;
  private readonly arrivals = new ArrivalLog();
  private readonly slices = new ArrivalSlices();
  private readonly progress: ScoringProgressService;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(PassCursors) private readonly cursors: PassCursors,
    @Inject(Retentions) private readonly retentions: Retentions,
    @Inject(ActiveScorers) private readonly active: ActiveScorers,
    @Inject(ContentsService) private readonly contents: ContentsService,
  ) {
    this.progress = new ScoringProgressService(cursors);
  }

  /** One pass over what arrived; the cursor moves only when nothing is left. */
  async decide(): Promise<Decided> {
    const started = await this.clickhouse.now();
    const previous = await this.cursors.read(passName);
    const since = (previous?.startedMicros ?? started - rescanMicros) - overlapMicros;
    const projects = await this.active.read();
    const retentionOf = await this.retentions.read();
    const decided = await this.decideNew({ since, at: started }, projects, retentionOf).catch((error: unknown) => {
      this.resumedAt = 0;
      throw error;
    });
    await this.resume(projects);
    await this.afterThumbsDown(since, projects);
    if (decided.complete) {
      await this.cursors.write(passName, { startedMicros: started, finishedMicros: await this.clickhouse.now() });
    }
    return decided;
  }

  /**
   * Slices of what arrived, newest first. On a busy store only calls that need not wait any more, so that each slice is looked
   * through once, and on a busier one for some seconds: what is left waits for the next pass, and the cursor with it.
   */
  private async decideNew(
    window: { readonly since: bigint; readonly at: bigint },
    projects: ReadonlyMap<string, ProjectScoring>,
    retentionOf: (projectId: string) => Retention,
  ): Promise<Decided> {
    // Without a scorer nothing is decided: one that is made later begins with the calls that come then.
    if (projects.size === 0) return { calls: 0, busy: false, complete: true };
    const slots = await this.arrivals.since(window.since, window.at, (since) => arrivedSlots(this.clickhouse, since));
    const busy = isBusy(slots, window.at, slotSeconds, busyRowsASecond);
    const settledBefore = window.at - waitMicros;
    const limits = busy ? { page: busyPage, untilMs: performance.now() + busyPassMs } : { page, untilMs: Infinity };
    const open = this.slices.open(slots, isBusy(slots, window.at, slotSeconds) ? settledBefore : window.at);
    let calls = 0;
    for (const [index, slice] of open.entries()) {
      const decided = await this.decideSlice(slice, limits, projects, retentionOf);
      calls += decided.calls;
      if (!decided.complete) {
        await this.progress.note(rowsOf(open.slice(index)));
        return { calls, busy, complete: false };
      }
      this.slices.finished(slice, settledBefore);
    }
    await this.progress.note(0);
    return { calls, busy, complete: true };
  }

  /** It ends with the block of calls after which the time is over. */
  private async decideSlice(
    { since, until }: ArrivalSlice,
    limits: { readonly page: number; readonly untilMs: number },
    projects: ReadonlyMap<string, ProjectScoring>,
    retentionOf: (projectId: string) => Retention,
  ): Promise<Omit<Decided, 'busy'>> {
    let decided = 0;
    let previous: string | undefined;
    for (;;) {
      const at = await this.clickhouse.now();
      const range = { since, until, at, projects: [...projects.keys()] };
      const rows = await undecidedCalls(this.clickhouse, range, limits.page);
      const calls = rows.map(callOf);
      // The same first call again: the store does not show its decision (yet), and asking on would not end.
      const first = calls[0] && keyText(calls[0]);
      if (first === undefined || first === previous) return { calls: decided, complete: true };
      previous = first;
      for (let at = 0; at < calls.length; at += batch) {
        decided += await this.decideBatch(calls.slice(at, at + batch), projects, retentionOf);
        if (performance.now() > limits.untilMs) return { calls: decided, complete: false };
      }
      if (calls.length < limits.page) return { calls: decided, complete: true };
    }
  }

  private async decideBatch(
    calls: readonly Call[],
    projects: ReadonlyMap<string, ProjectScoring>,
    retentionOf: (projectId: string) => Retention,
  ): Promise<number> {
    const subjects = await this.contents.subjects(calls.filter(({ hasContent }) => hasContent));
    const settled = await this.settledVersions(calls, projects);
    const decisions = calls.flatMap((call) => {
      const project = projects.get(call.project);
      const expires = expiresOn(call.time, retentionOf(call.project).spanDays);
      if (project === undefined) return [unwanted(call, expires)];
      const isNew = settled.get(call.project)?.has(call.version) === false;
      return decisionsOf({ call, isNew, subject: subjects.get(keyText(call)) ?? null, project, expires });
    });
    await insertDecisions(this.clickhouse, decisions);
    await this.score(decisions, subjects, projects, new Map(calls.map((call) => [keyText(call), call.sessionId])));
    return calls.length;
  }

  /** By project: the versions that are no longer new. Asked only where a judge's probability depends on it. */
  private async settledVersions(
    calls: readonly Call[],
    projects: ReadonlyMap<string, ProjectScoring>,
  ): Promise<Map<string, ReadonlySet<string>>> {
    const found = new Map<string, ReadonlySet<string>>();
    for (const projectId of new Set(calls.map(({ project }) => project))) {
      const project = projects.get(projectId);
      if (!project?.scorers.some(({ kind }) => kind === 'judge')) continue;
      const versions = await settledVersions(this.clickhouse, projectId, newVersionCalls);
      found.set(projectId, new Set(versions.map(versionText)));
    }
    return found;
  }

  /** Scores what rules can score of these stored decisions, then writes how that ended. */
  private async score(
    decisions: readonly DecisionRow[],
    subjects: ReadonlyMap<string, ScoringSubject | null>,
    projects: ReadonlyMap<string, ProjectScoring>,
    sessions: ReadonlyMap<string, string>,
  ): Promise<void> {
    const scores: ScoreRow[] = [];
    const ends: DecisionRow[] = [];
    for (const decision of decisions) {
      if (decision.outcome !== 'pending') continue;
      const scorer = scorerOf(projects.get(decision.project), decision);
      if (scorer?.kind === 'judge') continue;
      const subject = subjects.get(keyText(decision)) ?? null;
      const end = this.scoreOne(decision, scorer, subject, sessions.get(keyText(decision)) ?? '');
      ends.push({ ...decision, ...end.outcome });
      if (end.score !== null) scores.push(end.score);
    }
    await insertScores(this.clickhouse, scores);
    await insertDecisions(this.clickhouse, ends);
  }

  private scoreOne(
    decision: DecisionRow,
    scorer: ActiveScorer | undefined,
    subject: ScoringSubject | null,
    sessionId: string,
  ): { readonly outcome: Pick<DecisionRow, 'outcome' | 'reason'>; readonly score: ScoreRow | null } {
    if (scorer === undefined || scorer.kind !== 'rule') {
      return { outcome: { outcome: 'failed', reason: 'scorer_changed' }, score: null };
    }
    if (subject === null) return { outcome: { outcome: 'failed', reason: 'content_gone' }, score: null };
    const started = performance.now();
    try {
      const found = scorer.score(subject);
      if (found === null) return { outcome: { outcome: 'not_applicable', reason: '' }, score: null };
      const score: ScoreRow = {
        ...scoreBase(decision, sessionId),
        value: found.value,
        label: found.label ?? '',
        passed: found.passed,
        reason: found.reason ?? '',
        source: 'rule',
        judgeFingerprint: '',
        cost: null,
        durationMs: performance.now() - started,
      };
      return { outcome: { outcome: 'scored', reason: '' }, score };
    } catch (error) {
      this.logger.warn(
        `scorer ${scorer.slug} failed on span ${decision.spanId}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return { outcome: { outcome: 'failed', reason: 'scorer_error' }, score: null };
    }
  }

  /** Ends what a worker that died had decided and not scored. */
  private async resume(projects: ReadonlyMap<string, ProjectScoring>): Promise<void> {
    if (Date.now() - this.resumedAt < resumeMs) return;
    const started = await this.clickhouse.now();
    const previous = await this.cursors.read(resumeName);
    const since = (previous?.startedMicros ?? started - rescanMicros) - overlapMicros;
    const slugs = slugsOf(projects, 'rule');
    for (;;) {
      const pending = await pendingDecisions(this.clickhouse, since, slugs, batch);
      const subjects = await this.contents.subjects(uniqueKeys(pending));
      await this.score(pending, subjects, projects, new Map());
      if (pending.length < batch) break;
    }
    await this.cursors.write(resumeName, { startedMicros: started, finishedMicros: await this.clickhouse.now() });
    this.resumedAt = Date.now();
  }

  /** A thumbs-down is new information: it raises the probability, and scores that exist get the new weight. */
  private async afterThumbsDown(since: bigint, projects: ReadonlyMap<string, ProjectScoring>): Promise<void> {
    const known = await decisionsAfterThumbsDown(this.clickhouse, since, slugsOf(projects, 'judge'));
    const raised = known.flatMap((decision): DecisionRow[] => {
      const project = projects.get(decision.project);
      const scorer = scorerOf(project, decision);
      if (project === undefined || scorer?.kind !== 'judge') return [];
      const policy = { version: decision.policyVersion, baseRate: scorer.sampleRate, rules: project.rules };
      const next = decide(
        policy,
        decision.traceId,
        { suspicious: false, thumbsDown: true, newVersion: false },
        decision.pHead,
      );
      if (next.sampleP <= decision.sampleP) return [];
      const { decidedMicros: _, ...row } = decision;
      const open = next.selected && (row.outcome === '' || row.outcome === 'pending');
      return [
        {
          ...row,
          decision: next.selected ? 'selected' : row.decision,
          outcome: open ? 'pending' : row.outcome,
          sampleP: next.sampleP,
          stratum: next.stratum,
          reason: 'thumbs_down',
        },
      ];
    });
    await insertDecisions(this.clickhouse, raised);
    await new Reweighing(this.clickhouse).apply(raised.filter(({ outcome }) => outcome === 'scored'));
  }
}

/** Scores outlive spans: the derived fact is small and its figures are compared for a year. */
const scoreDays = 400;

/** What a score takes over from its decision. */
export const scoreBase = (decision: DecisionRow, sessionId: string) => ({
  project: decision.project,
  time: decision.time,
  traceId: decision.traceId,
  spanId: decision.spanId,
  sessionId,
  scorer: decision.scorer,
  scorerVersion: decision.scorerVersion,
  scoreId: '',
  sampleP: decision.sampleP,
  stratum: decision.stratum,
  policyVersion: decision.policyVersion,
  expiresOn: expiresOn(decision.time, scoreDays),
});

const slugsOf = (projects: ReadonlyMap<string, ProjectScoring>, kind: ActiveScorer['kind']): string[] => [
  ...new Set(
    [...projects.values()].flatMap(({ scorers }) => scorers.filter((one) => one.kind === kind).map(({ slug }) => slug)),
  ),
];

/** The scorer of a decision, if that version is still in force. */
export const scorerOf = (project: ProjectScoring | undefined, decision: DecisionRow): ActiveScorer | undefined =>
  project?.scorers.find(({ slug, version }) => slug === decision.scorer && version === decision.scorerVersion);

function uniqueKeys(decisions: readonly DecisionRow[]): SpanKey[] {
  return [...grouped(decisions, keyText).values()].flatMap(([first]) => (first ? [first] : []));
}

/** Holds the place of a call that no scorer wants, so that the next pass does not ask again. */
function unwanted(call: Call, expires: string): DecisionRow {
  return {
    project: call.project,
    time: call.time,
    traceId: call.traceId,
    spanId: call.spanId,
    scorer: '',
    scorerVersion: '',
    decision: 'sampled_out',
    outcome: '',
    sampleP: 0,
    pHead: call.headP,
    u: 0,
    stratum: '',
    policyVersion: '',
    reason: 'no_scorer',
    expiresOn: expires,
  };
}

/** The decision of every scorer that wants this call. */
function decisionsOf({
  call,
  isNew,
  subject,
  project,
  expires,
}: {
  readonly call: Call;
  readonly isNew: boolean;
  readonly subject: ScoringSubject | null;
  readonly project: ProjectScoring;
  readonly expires: string;
}): DecisionRow[] {
  const wanted = project.scorers.filter(({ filter }) => wants(filter, call));
  if (wanted.length === 0) return [unwanted(call, expires)];
  const judged = wanted.some(({ kind }) => kind === 'judge');
  const facts: SamplingFacts = {
    suspicious: judged && subject !== null && isSuspicious(subject),
    thumbsDown: false,
    newVersion: isNew,
  };
  return wanted.map((scorer): DecisionRow => {
    const burst = isInBurst(project.bursts, scorer.slug, call);
    const own = scorer.kind === 'judge' ? project.rules : [];
    const rules = burst ? [...own, burstRule(scorer.sampleRate)] : own;
    const policy = { version: project.policyVersion, baseRate: scorer.sampleRate, rules };
    const { selected, sampleP, stratum, u } = decide(policy, call.traceId, { ...facts, burst }, call.headP);
    const decision = subject === null ? 'no_content' : selected ? 'selected' : 'sampled_out';
    return {
      ...unwanted(call, expires),
      scorer: scorer.slug,
      scorerVersion: scorer.version,
      decision,
      outcome: decision === 'selected' ? 'pending' : '',
      sampleP,
      u,
      stratum,
      policyVersion: project.policyVersion,
      reason: '',
    };
  });
}
