import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Badge, PlimsollError } from '@plimsoll/contract';
import { budgetBadge } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import { ObjectiveBadge } from './objective-badge.entity.js';
import { ObjectiveReports } from './objective-reports.service.js';
import { type CurrentObjective, ObjectivesService } from './objectives.service.js';

const tokenBytes = 24;
const tokenPattern = /^([\w-]{32})\.svg$/;
/** A page that everybody opens must not be a query for each of them. */
const keptMs = 60_000;
const keptAtMost = 1000;

const off: Badge = { path: null, createdBy: null, createdAt: null };

/** Budgets that may be embedded elsewhere: by an address that cannot be guessed, and for as long as it is switched on. */
@Injectable()
export class BadgesService {
  private readonly drawn = new Map<string, { readonly svg: string; readonly until: number }>();

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
    @Inject(ObjectiveReports) private readonly reports: ObjectiveReports,
  ) {}

  async get({ objective }: CurrentObjective): Promise<Badge> {
    const row = await this.database.getRepository(ObjectiveBadge).findOneBy({ objectiveId: objective.id });
    return row === null ? off : viewOf(row);
  }

  /** On, at a new address. */
  async put({ objective }: CurrentObjective, actor: string): Promise<Badge> {
    const row: ObjectiveBadge = {
      objectiveId: objective.id,
      token: randomBytes(tokenBytes).toString('base64url'),
      createdBy: actor,
      createdAt: new Date(),
    };
    await this.database.getRepository(ObjectiveBadge).upsert(row, ['objectiveId']);
    return viewOf(row);
  }

  async remove({ objective }: CurrentObjective): Promise<void> {
    await this.database.getRepository(ObjectiveBadge).delete({ objectiveId: objective.id });
  }

  /** The picture at an address. @throws PlimsollError `not_found`, the same for what never was and what is off. */
  async draw(file: string): Promise<string> {
    const token = tokenPattern.exec(file)?.[1];
    const row = token && (await this.database.getRepository(ObjectiveBadge).findOneBy({ token }));
    const current = row ? await this.objectives.byId(row.objectiveId) : null;
    if (!row || current === null) throw new PlimsollError('not_found', 'no badge at this address');
    const now = Date.now();
    const before = this.drawn.get(row.token);
    if (before !== undefined && before.until > now && before.until <= now + keptMs) return before.svg;
    const { name, status, budget } = await this.reports.summary(current);
    const svg = budgetBadge({ name, status, remaining: budget.remaining });
    if (this.drawn.size >= keptAtMost) this.drawn.clear();
    this.drawn.set(row.token, { svg, until: now + keptMs });
    return svg;
  }
}

function viewOf({ token, createdBy, createdAt }: ObjectiveBadge): Badge {
  return { path: `/api/v1/badges/${token}.svg`, createdBy, createdAt: createdAt.toISOString() };
}
