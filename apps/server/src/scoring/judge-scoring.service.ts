import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError } from '@plimsoll/contract';
import { normalizeUsage, priceSpan, type PriceBook, printMoney } from '@plimsoll/cost';
import {
  afterFailure,
  afterSuccess,
  allows,
  closedCircuit,
  estimatedTokens,
  judgeFingerprint,
  judgeRequest,
  readJudgeReply,
  type Circuit,
  type JudgeRequest,
  type ReplyMode,
  type Rubric,
  type Score,
  type ScoringSubject,
} from '@plimsoll/scoring';
import { PriceBooks } from '../cost/price-books.service.js';
import { ActiveScorers, type ProjectScoring, scorerOf } from './active-scorers.js';
import { ContentsService, keyText } from './contents.service.js';
import { askJudge, type JudgeAddress, type JudgeAnswer } from './judge-client.js';
import { JudgeEndpoints } from './judge-endpoints.service.js';
import type { JudgeEndpointEntity } from './scoring.entity.js';
import { insertDecisions, insertScores, pendingDecisions, type DatedDecision } from './scoring.queries.js';
import { type DecisionRow, scoreBase, type ScoreRow } from './scoring-rows.js';

/** Calls graded at the same time. */
const concurrency = 4;
const batch = 100;
/** A pass ends after this and the next one goes on: an order must not hold its queue for minutes. */
const passMs = 45_000;
/** A call for which no judge could be reached is given up after a day; passes look back a week, for workers that slept. */
const patienceMicros = 86_400_000_000n;
const lookBackMicros = 7n * patienceMicros;

const weakerMode = { json_schema: 'json_object', json_object: 'text', text: null } as const;

/** How judging one call ended; null: it stays pending and is tried in a later pass. */
interface Judged {
  readonly decision: DecisionRow;
  readonly score: ScoreRow | null;
}

/** An answer, and whom to ask about it. */
interface Question {
  readonly rubric: Rubric;
  readonly endpoint: JudgeEndpointEntity;
  readonly subject: ScoringSubject;
  readonly book: PriceBook;
}

type Graded =
  | { readonly kind: 'graded'; readonly score: Score; readonly cost: bigint | null; readonly durationMs: number }
  | { readonly kind: 'over_budget' | 'down' | 'judge_refused' | 'judge_error' };

/** Scores in the order of the answers; null for those that were not graded. */
export interface Regraded {
  readonly scores: readonly (Score | null)[];
  /** USD, as far as the price is known. */
  readonly cost: string;
  readonly fingerprint: string;
}

/** Has models grade the calls that were selected for them, newest first, within each endpoint's budget. */
@Injectable()
export class JudgeScoring {
  private readonly logger = new Logger('judge');
  private readonly circuits = new Map<string, Circuit>();

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(JudgeEndpoints) private readonly endpoints: JudgeEndpoints,
    @Inject(ActiveScorers) private readonly active: ActiveScorers,
    @Inject(ContentsService) private readonly contents: ContentsService,
    @Inject(PriceBooks) private readonly prices: PriceBooks,
  ) {}

  /** One pass; resolves with the number of calls whose judging ended. */
  async judge(): Promise<number> {
    const projects = await this.active.read();
    const slugs = [...projects.values()].flatMap(({ scorers }) =>
      scorers.filter(({ kind }) => kind === 'judge').map(({ slug }) => slug),
    );
    if (slugs.length === 0) return 0;
    const until = Date.now() + passMs;
    let ended = 0;
    for (;;) {
      const now = await this.clickhouse.now();
      const pending = await pendingDecisions(this.clickhouse, now - lookBackMicros, [...new Set(slugs)], batch);
      const settled = await this.judgeBatch(pending, projects);
      ended += settled;
      if (settled === 0 || pending.length < batch || Date.now() > until) return ended;
    }
  }

  private async judgeBatch(
    pending: readonly DatedDecision[],
    projects: ReadonlyMap<string, ProjectScoring>,
  ): Promise<number> {
    const subjects = await this.contents.subjects(pending);
    const endpoints = await this.endpointsOf(pending, projects);
    let ended = 0;
    const queue = [...pending];
    const work = async (): Promise<void> => {
      for (let decision = queue.shift(); decision !== undefined; decision = queue.shift()) {
        const judged = await this.judgeOne(
          decision,
          projects.get(decision.project),
          subjects.get(keyText(decision)),
          endpoints,
        );
        if (judged === null) continue;
        if (judged.score !== null) await insertScores(this.clickhouse, [judged.score]);
        await insertDecisions(this.clickhouse, [judged.decision]);
        ended += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return ended;
  }

  private async endpointsOf(
    pending: readonly DatedDecision[],
    projects: ReadonlyMap<string, ProjectScoring>,
  ): Promise<Map<string, JudgeEndpointEntity>> {
    const ids = pending.flatMap((decision) => {
      const scorer = scorerOf(projects.get(decision.project), decision);
      return scorer?.kind === 'judge' ? [scorer.rubric.endpoint] : [];
    });
    return this.endpoints.find(ids);
  }

  private async judgeOne(
    decision: DatedDecision,
    project: ProjectScoring | undefined,
    subject: ScoringSubject | null | undefined,
    endpoints: ReadonlyMap<string, JudgeEndpointEntity>,
  ): Promise<Judged | null> {
    const scorer = scorerOf(project, decision);
    if (scorer?.kind !== 'judge') return failed(decision, 'scorer_changed');
    if (!subject) return failed(decision, 'content_gone');
    const endpoint = endpoints.get(scorer.rubric.endpoint);
    if (endpoint === undefined || endpoint.projectId !== decision.project) return failed(decision, 'judge_missing');
    if (!allows(this.circuitOf(endpoint), Date.now())) return this.postponed(decision);
    const book = await this.prices.bookOf(decision.project);
    return this.ask(decision, { rubric: scorer.rubric, endpoint, subject, book });
  }

  private async ask(decision: DatedDecision, question: Question): Promise<Judged | null> {
    const graded = await this.grade(question);
    if (graded.kind === 'over_budget') {
      return {
        decision: { ...bare(decision), decision: 'over_budget', outcome: '', reason: 'daily_budget' },
        score: null,
      };
    }
    if (graded.kind === 'down') return this.postponed(decision);
    if (graded.kind !== 'graded') return failed(decision, graded.kind);
    const { value, label, passed, reason } = graded.score;
    return {
      decision: { ...bare(decision), outcome: 'scored' },
      score: {
        ...scoreBase(decision, ''),
        value,
        label: label ?? '',
        passed,
        reason: reason ?? '',
        source: 'judge',
        judgeFingerprint: judgeFingerprint(question.rubric, question.endpoint.model),
        cost: graded.cost,
        durationMs: graded.durationMs,
      },
    };
  }

  /** Asks a judge about one answer, within its budget of the day. */
  private async grade(question: Question): Promise<Graded> {
    const { rubric, endpoint, subject } = question;
    const request = judgeRequest(rubric, endpoint.model, subject, endpoint.replyMode);
    const estimate = estimatedTokens(request);
    const reserved = printMoney(costOf(question, { input: estimate.input, output: estimate.output }) ?? 0n);
    if (!(await this.endpoints.reserve(endpoint.id, reserved))) return { kind: 'over_budget' };
    const started = performance.now();
    const answer = await this.askInSomeMode(question, request);
    const cost = answer.kind === 'answer' ? costOf(question, normalizeUsage(answer.usage).buckets) : null;
    await this.endpoints.settle(endpoint.id, reserved, printMoney(cost ?? 0n));
    await this.note(endpoint, answer);
    if (answer.kind !== 'answer') return { kind: answer.kind === 'down' ? 'down' : 'judge_refused' };
    const reading = readJudgeReply(answer.text, rubric);
    if (reading.kind === 'judge_error') return { kind: 'judge_error' };
    return { kind: 'graded', score: reading.score, cost, durationMs: performance.now() - started };
  }

  /**
   * What a judge as it is now says of some answers, for a comparison: nothing is stored. It takes part while less than half
   * of its budget of the day is spent, and no longer than `untilMs` (milliseconds since the epoch). The fingerprint tells
   * which judge that was; null: its endpoint is gone or away.
   */
  async regrade(
    projectId: string,
    rubric: Rubric,
    subjects: readonly ScoringSubject[],
    untilMs: number,
  ): Promise<Regraded | null> {
    const endpoint = (await this.endpoints.find([rubric.endpoint])).get(rubric.endpoint);
    if (endpoint?.projectId !== projectId || !allows(this.circuitOf(endpoint), Date.now())) return null;
    const book = await this.prices.bookOf(projectId);
    const scores = subjects.map((): Score | null => null);
    let cost = 0n;
    const queue = [...subjects.entries()];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (Date.now() > untilMs || !(await this.endpoints.hasSpareBudget(endpoint.id))) return;
        const graded = await this.grade({ rubric, endpoint, subject: next[1], book });
        if (graded.kind === 'down' || graded.kind === 'over_budget') return;
        if (graded.kind !== 'graded') continue;
        scores[next[0]] = graded.score;
        cost += graded.cost ?? 0n;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return { scores, cost: printMoney(cost), fingerprint: judgeFingerprint(rubric, endpoint.model) };
  }

  /** Fingerprint of the judge that a rubric is asked of now; null without one. */
  async fingerprintOf(projectId: string, rubric: Rubric): Promise<string | null> {
    const endpoint = (await this.endpoints.find([rubric.endpoint])).get(rubric.endpoint);
    return endpoint?.projectId === projectId ? judgeFingerprint(rubric, endpoint.model) : null;
  }

  private postponed(decision: DatedDecision): Judged | null {
    const waited = BigInt(Date.now()) * 1_000n - decision.decidedMicros;
    return waited > patienceMicros ? failed(decision, 'judge_unreachable') : null;
  }

  /** Falls back to a less structured way of answering when the endpoint does not know the one asked for, and remembers it. */
  private async askInSomeMode({ rubric, endpoint, subject }: Question, request: JudgeRequest): Promise<JudgeAnswer> {
    const address = this.addressOf(endpoint);
    if ('kind' in address) return address;
    let answer = await askJudge(address, request);
    let mode: ReplyMode | null = endpoint.replyMode;
    while (answer.kind === 'refused' && (answer.status === 400 || answer.status === 422)) {
      mode = weakerMode[mode];
      if (mode === null) return answer;
      answer = await askJudge(address, judgeRequest(rubric, endpoint.model, subject, mode));
      if (answer.kind !== 'answer') continue;
      endpoint.replyMode = mode;
      await this.endpoints.update(endpoint.id, { replyMode: mode });
    }
    return answer;
  }

  /** A key that does not open keeps its judge away until it is set again: calls wait, and the page says why. */
  private addressOf(endpoint: JudgeEndpointEntity): JudgeAddress | JudgeAnswer {
    try {
      return this.endpoints.addressOf(endpoint);
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      return { kind: 'down', status: null, problem: error.message };
    }
  }

  private circuitOf(endpoint: JudgeEndpointEntity): Circuit {
    return this.circuits.get(endpoint.id) ?? closedCircuit;
  }

  private async note(endpoint: JudgeEndpointEntity, answer: JudgeAnswer): Promise<void> {
    const circuit = this.circuitOf(endpoint);
    this.circuits.set(endpoint.id, answer.kind === 'down' ? afterFailure(circuit, Date.now()) : afterSuccess());
    const problem = answer.kind === 'answer' ? null : answer.problem.slice(0, 500);
    if (problem === endpoint.lastError) return;
    if (problem !== null) this.logger.warn(`judge ${endpoint.name}: ${problem}`);
    endpoint.lastError = problem;
    await this.endpoints.update(endpoint.id, {
      lastError: problem,
      ...(problem === null ? {} : { lastErrorAt: new Date() }),
    });
  }
}

function bare({ decidedMicros: _, ...decision }: DatedDecision): DecisionRow {
  return decision;
}

const failed = (decision: DatedDecision, reason: string): Judged => ({
  decision: { ...bare(decision), outcome: 'failed', reason },
  score: null,
});

/** Pico-USD of these tokens at the endpoint's model; null when its price is not known (a model of one's own). */
function costOf({ endpoint, book }: Question, buckets: Parameters<typeof priceSpan>[1]['buckets']): bigint | null {
  const priced = priceSpan(book, {
    provider: null,
    responseModel: null,
    requestModel: endpoint.model,
    timeMs: Date.now(),
    buckets,
  });
  return priced.cost;
}
