import { Controller, Get, Inject } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Onboarding, Project, Settings } from '@plimsoll/contract';
import { isMappedKey } from '@plimsoll/otlp';
import { CurrentProject } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { type FirstSpan, firstSpan, lastRejections, unmappedAttributes } from './onboarding.queries.js';

const shownRejections = 20;
const shownAttributes = 20;
/** Keys that a table of today explains fall out of what was counted before. */
const readAttributes = 500;

/** Where to send, whether something arrived, and why the last requests were refused. */
@Controller('api/v1')
export class OnboardingController {
  /** A project's first span never changes, and the waiting page asks often. */
  private readonly known = new Map<string, FirstSpan>();

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('onboarding')
  async onboarding(@CurrentProject() project: Project): Promise<Onboarding> {
    const [first, rejections, unmapped] = await Promise.all([
      this.firstSpan(project.id),
      lastRejections(this.clickhouse, project.id, shownRejections),
      unmappedAttributes(this.clickhouse, project.id, readAttributes),
    ]);
    const host = ['0.0.0.0', '::'].includes(this.settings.host) ? 'localhost' : this.settings.host;
    return {
      otlpHttpEndpoint: `http://${host}:${this.settings.otlpHttpPort}`,
      otlpGrpcEndpoint: `http://${host}:${this.settings.otlpGrpcPort}`,
      firstSpanAt: first?.ingested_at ?? null,
      firstTraceId: first?.trace_id ?? null,
      lastRejections: rejections,
      unmappedAttributes: unmapped.filter(({ key }) => !isMappedKey(key)).slice(0, shownAttributes),
    };
  }

  private async firstSpan(project: string): Promise<FirstSpan | null> {
    const known = this.known.get(project);
    if (known !== undefined) return known;
    const found = await firstSpan(this.clickhouse, project);
    if (found !== null) this.known.set(project, found);
    return found;
  }
}
