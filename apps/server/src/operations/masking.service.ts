import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type Masking, type MaskingWrite, PlimsollError, type Settings } from '@plimsoll/contract';
import { detectors, patternProblem } from '@plimsoll/masking';
import { DataSource } from 'typeorm';
import { AuditService } from '../access/audit.service.js';
import type { Principal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { MaskingPolicies } from './masking-policies.service.js';
import { MaskingPolicyEntity } from './masking.entity.js';
import { maskingCounts } from './masking.queries.js';

const builtIn = detectors.map(({ id, title }) => ({ id, title }));
/** Ids that a rule of a project must not take: they would be one in the counters. */
const taken = new Set([...builtIn.map(({ id }) => id), 'dropped', 'failed']);

/** @throws PlimsollError `invalid_input` naming the rule or detector at fault. */
function check({ rules, detectorsOff }: MaskingWrite): void {
  const refuse = (field: string, problem: string): never => {
    throw new PlimsollError('invalid_input', `${field}: ${problem}`, { field });
  };
  for (const [index, id] of detectorsOff.entries()) {
    if (!builtIn.some((each) => each.id === id)) refuse(`detectorsOff.${index}`, `"${id}" is no built-in detector`);
  }
  for (const [index, { id, pattern }] of rules.entries()) {
    const again = rules.findIndex((rule) => rule.id === id) < index;
    if (taken.has(id) || again) refuse(`rules.${index}.id`, `"${id}" is taken`);
    const problem = patternProblem(pattern);
    if (problem !== null) refuse(`rules.${index}.pattern`, problem);
  }
}

/** The masking policy as an administrator sees and sets it. */
@Injectable()
export class MaskingService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(MaskingPolicies) private readonly policies: MaskingPolicies,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  async read(projectId: string): Promise<Masking> {
    const [row, counts] = await Promise.all([
      this.dataSource.manager.findOneBy(MaskingPolicyEntity, { projectId }),
      maskingCounts(this.clickhouse, projectId),
    ]);
    const { mode, detectorsOff, rules } = row ?? { mode: this.settings.masking, detectorsOff: [], rules: [] };
    return { mode, detectorsOff, rules, source: row === null ? 'installation' : 'project', builtIn, counts };
  }

  /** @throws PlimsollError `invalid_input` for a pattern that is not linear, an unknown detector or an id given twice. */
  async write(principal: Principal, policy: MaskingWrite): Promise<Masking> {
    check(policy);
    const projectId = principal.project.id;
    const { mode, detectorsOff, rules } = policy;
    await this.dataSource.manager.upsert(MaskingPolicyEntity, { projectId, mode, detectorsOff, rules }, ['projectId']);
    const detail = { mode, detectorsOff, rules: rules.map(({ id }) => id) };
    await this.audit.record(principal, { action: 'masking.update', subject: principal.project.slug, detail });
    this.policies.forget(projectId);
    return this.read(projectId);
  }
}
