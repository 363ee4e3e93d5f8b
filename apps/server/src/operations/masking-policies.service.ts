import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import {
  addCounts,
  detectorOfRule,
  detectors,
  type MaskCounts,
  type Masked,
  type MaskingPolicy,
  maskName,
  maskText,
} from '@plimsoll/masking';
import { Counter } from 'prom-client';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import { MaskingKeyEntity, MaskingPolicyEntity } from './masking.entity.js';
import { insertMaskingCounts } from './masking.queries.js';
import { PeriodicFlush } from './periodic-flush.js';

const flushEveryMs = 1_000;
/** A changed policy reaches every process within this time. */
const knownForMs = 10_000;
const countsKeptMs = 30 * 86_400_000;

const maskedTotal = new Counter({
  name: 'plimsoll_ingest_masked_total',
  help: 'Findings that were masked before they were stored, by built-in detector; rule: by a rule of a project; failed: withheld because it could not be checked',
  labelNames: ['detector'] as const,
});
/** Names that every process knows; rules of projects share one label. */
const ownLabels = new Set([...detectors.map(({ id }) => id), 'dropped', 'failed']);

/** Which fields of an entry are what people wrote, and which are names that things are grouped and found by. */
export interface MaskedFields<T> {
  readonly texts?: readonly (keyof T)[];
  readonly names?: readonly (keyof T)[];
}

interface Known {
  readonly policy: MaskingPolicy | null;
  readonly until: number;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** What each project takes out of content before it is stored; and the account of what was taken out. */
@Injectable()
export class MaskingPolicies extends PeriodicFlush {
  private readonly logger = new Logger('masking');
  private readonly known = new Map<string, Known>();
  private counts = new Map<string, MaskCounts>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    super(flushEveryMs);
  }

  /**
   * Null where nothing is masked. Answers from memory for 10 s.
   * @throws PlimsollError `unavailable` when the policy cannot be read: nothing is stored by a policy that may be old.
   */
  async policyOf(projectId: string): Promise<MaskingPolicy | null> {
    const known = this.known.get(projectId);
    if (known !== undefined && known.until > Date.now()) return known.policy;
    try {
      const row = await this.dataSource.manager.findOneBy(MaskingPolicyEntity, { projectId });
      const policy = await this.build(projectId, row);
      this.known.set(projectId, { policy, until: Date.now() + knownForMs });
      return policy;
    } catch (cause) {
      throw new PlimsollError('unavailable', 'the masking policy cannot be read at the moment', { cause });
    }
  }

  /** Makes a new policy known in this process at once. */
  forget(projectId: string): void {
    this.known.delete(projectId);
  }

  /** Masks the texts and names of entries that come beside telemetry: scores, feedback, outcomes, changes. */
  async maskEntries<T extends object>(projectId: string, entries: readonly T[], fields: MaskedFields<T>): Promise<T[]> {
    const policy = await this.policyOf(projectId);
    if (policy === null) return [...entries];
    return entries.map((entry) => {
      const masked = { ...entry };
      const mask = (names: readonly (keyof T)[], by: (text: string, policy: MaskingPolicy) => Masked): void => {
        for (const field of names) {
          const text = entry[field];
          if (typeof text !== 'string') continue;
          const { text: safe, counts } = by(text, policy);
          this.note(projectId, counts);
          masked[field] = safe as T[keyof T];
        }
      };
      mask(fields.texts ?? [], maskText);
      mask(fields.names ?? [], maskName);
      return masked;
    });
  }

  /** Adds findings to the account of a project. */
  note(projectId: string, counts: MaskCounts): void {
    for (const [id, times] of Object.entries(counts)) {
      maskedTotal.inc({ detector: ownLabels.has(id) ? id : 'rule' }, times);
    }
    const sum = this.counts.get(projectId) ?? {};
    addCounts(sum, counts);
    this.counts.set(projectId, sum);
  }

  /** Writes the account; what could not be written is tried with the next write. */
  async flush(): Promise<void> {
    const taken = this.counts;
    this.counts = new Map();
    const now = Date.now();
    const days = { day: dayOf(now), expires_on: dayOf(now + countsKeptMs) };
    const rows = [...taken].flatMap(([project, counts]) =>
      Object.entries(counts).map(([detector, count]) => ({ project, ...days, detector, count })),
    );
    if (rows.length === 0) return;
    try {
      await insertMaskingCounts(this.clickhouse, rows);
    } catch (error) {
      for (const { project, detector, count } of rows) {
        const sum = this.counts.get(project) ?? {};
        addCounts(sum, { [detector]: count });
        this.counts.set(project, sum);
      }
      this.logger.warn(`counts of masking were not written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async build(projectId: string, row: MaskingPolicyEntity | null): Promise<MaskingPolicy | null> {
    const mode = row?.mode ?? this.settings.masking;
    if (mode === 'off') return null;
    const off = new Set(row?.detectorsOff);
    const rules = (row?.rules ?? []).map(detectorOfRule);
    // Rules first: they know the project's own forms better than a detector that would take a part of them.
    return {
      detectors: [...rules, ...detectors.filter(({ id }) => !off.has(id))],
      dropContent: mode === 'drop-content',
      nameKey: await this.nameKeyOf(projectId),
    };
  }

  /** Made by whoever needs it first; all processes then read the same one. */
  private async nameKeyOf(projectId: string): Promise<Buffer> {
    const { manager } = this.dataSource;
    const known = await manager.findOneBy(MaskingKeyEntity, { projectId });
    if (known !== null) return known.nameKey;
    const fresh = { projectId, nameKey: randomBytes(32) };
    await manager.createQueryBuilder().insert().into(MaskingKeyEntity).values(fresh).orIgnore().execute();
    return (await manager.findOneByOrFail(MaskingKeyEntity, { projectId })).nameKey;
  }
}
