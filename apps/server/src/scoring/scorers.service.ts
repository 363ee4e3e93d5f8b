import { Inject, Injectable } from '@nestjs/common';
import { invalidInput, PlimsollError, type Scorer, type scorerKind, type scorerWrite } from '@plimsoll/contract';
import { defaultScorerIds, findRuleScorer, rubricSettings, ruleScorers } from '@plimsoll/scoring';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { z } from 'zod';
import { insertDefaultScorers, lockScorer } from './scorers.queries.js';
import { JudgeEndpointEntity, ScorerEntity, ScorerVersionEntity } from './scoring.entity.js';

type ScorerWrite = z.output<typeof scorerWrite>;

/** Kind of the scorers that ask a model. */
export const judgeKind = 'judge';

const slugOf = (kind: string): string => kind.replace(/_/gu, '-');

function scorerView(scorer: ScorerEntity, version: ScorerVersionEntity): Scorer {
  return {
    id: scorer.id,
    slug: scorer.slug,
    name: scorer.name,
    kind: scorer.kind,
    source: scorer.kind === judgeKind ? 'judge' : 'rule',
    version: String(scorer.version),
    enabled: scorer.enabled,
    settings: version.settings,
    filter: version.filter,
    sampleRate: version.sampleRate,
    createdAt: scorer.createdAt.toISOString(),
    updatedAt: scorer.updatedAt.toISOString(),
  };
}

/** Throws `invalid_input` naming `settings.<field>`. */
function parseSettings(kind: string, settings: unknown): Record<string, unknown> {
  const schema = kind === judgeKind ? rubricSettings : findRuleScorer(kind)?.settings;
  if (schema === undefined)
    throw new PlimsollError('invalid_input', `kind: there is no scorer kind ${kind}`, { field: 'kind' });
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  throw invalidInput(parsed.error, 'settings', ['settings']);
}

/** The scorers that a project decided on; every change is a new version, so that a score always says what made it. */
@Injectable()
export class ScorersService {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  kinds(): z.output<typeof scorerKind>[] {
    const rules = ruleScorers.map(({ id, title, description, settings }) => ({
      id,
      title,
      description,
      settingsSchema: z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
    }));
    const judge = {
      id: judgeKind,
      title: 'Model as judge',
      description: 'A model grades the answer by a rubric, through an OpenAI-compatible endpoint.',
      settingsSchema: z.toJSONSchema(rubricSettings, { io: 'input', unrepresentable: 'any' }) as Record<
        string,
        unknown
      >,
    };
    return [...rules, judge];
  }

  /** Gives every project the scorers that are telling for any answer; what a project has or hid stays as it is. */
  async ensureDefaults(): Promise<void> {
    const slugs = defaultScorerIds.map(slugOf);
    const names = defaultScorerIds.map((id) => findRuleScorer(id)?.title ?? id);
    await insertDefaultScorers(this.dataSource.manager, { slugs, names, kinds: [...defaultScorerIds] });
  }

  async list(projectId: string): Promise<Scorer[]> {
    await this.ensureDefaults();
    const scorers = await this.dataSource.manager.find(ScorerEntity, {
      where: { projectId, hiddenAt: IsNull() },
      order: { slug: 'ASC' },
    });
    const versions = await this.versionsOf(this.dataSource.manager, scorers);
    return scorers.map((scorer) => scorerView(scorer, this.versionIn(versions, scorer)));
  }

  /** Creates the scorer or gives it a new version; writing what already stands changes nothing. */
  async put(projectId: string, slug: string, write: ScorerWrite, actor: string): Promise<Scorer> {
    if (write.slug !== slug) throw new PlimsollError('invalid_input', 'slug: differs from the path', { field: 'slug' });
    const settings = parseSettings(write.kind, write.settings);
    return this.dataSource.transaction(async (manager) => {
      if (write.kind === judgeKind) await this.checkEndpoint(manager, projectId, String(settings['endpoint']));
      await lockScorer(manager, projectId, slug);
      const known = await manager.findOneBy(ScorerEntity, { projectId, slug });
      const scorer = known ?? manager.create(ScorerEntity, { projectId, slug, version: 0 });
      const last =
        known === null
          ? null
          : await manager.findOneBy(ScorerVersionEntity, { scorerId: known.id, version: known.version });
      const body = { kind: write.kind, settings, filter: write.filter, sampleRate: write.sampleRate };
      const changed =
        last === null ||
        canonical(body) !==
          canonical({ kind: last.kind, settings: last.settings, filter: last.filter, sampleRate: last.sampleRate });
      Object.assign(scorer, {
        name: write.name,
        kind: write.kind,
        enabled: write.enabled,
        version: scorer.version + (changed ? 1 : 0),
        hiddenAt: null,
        updatedAt: new Date(),
      });
      const saved = await manager.save(scorer);
      const version = changed
        ? await manager.save(
            manager.create(ScorerVersionEntity, {
              scorerId: saved.id,
              version: saved.version,
              ...body,
              createdBy: actor,
            }),
          )
        : last;
      return scorerView(saved, version);
    });
  }

  /** Switches the scorer off and hides it; its scores stay. */
  async hide(projectId: string, slug: string): Promise<void> {
    await this.ensureDefaults();
    const result = await this.dataSource.manager.update(
      ScorerEntity,
      { projectId, slug, hiddenAt: IsNull() },
      { enabled: false, hiddenAt: new Date(), updatedAt: new Date() },
    );
    if (result.affected === 0) throw new PlimsollError('not_found', `there is no scorer ${slug}`, { field: 'slug' });
  }

  private async checkEndpoint(manager: EntityManager, projectId: string, id: string): Promise<void> {
    const known = z.uuid().safeParse(id).success && (await manager.existsBy(JudgeEndpointEntity, { id, projectId }));
    if (!known) {
      throw new PlimsollError('invalid_input', `settings.endpoint: there is no judge ${id}`, {
        field: 'settings.endpoint',
      });
    }
  }

  private versionsOf(manager: EntityManager, scorers: readonly ScorerEntity[]): Promise<ScorerVersionEntity[]> {
    if (scorers.length === 0) return Promise.resolve([]);
    return manager.find(ScorerVersionEntity, {
      where: scorers.map(({ id, version }) => ({ scorerId: id, version })),
    });
  }

  private versionIn(versions: readonly ScorerVersionEntity[], scorer: ScorerEntity): ScorerVersionEntity {
    const found = versions.find(({ scorerId }) => scorerId === scorer.id);
    if (found === undefined)
      throw new PlimsollError('internal', `scorer ${scorer.slug} has no version ${scorer.version}`);
    return found;
  }
}

/** JSON with sorted keys: equal for equal content, whatever order PostgreSQL returns. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
