import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type rangeQuery, type TierBurns } from '@plimsoll/contract';
import {
  burnGrain,
  durationText,
  judgedObjective,
  objectiveWindow,
  sliKindOf,
  tierBurns,
  toNumber,
} from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { RollupsService } from '../rollups/rollups.service.js';
import { asOfNow, bucketFor, floorMinute } from './as-of.js';
import { exclusionWindows } from './exclusion-windows.js';
import { sampleTraits } from './sample-traits.js';
import type { CurrentObjective } from './objectives.service.js';
import { slicedOf } from './point-subjects.js';
import { evenStretches } from './tier-burns.queries.js';

const minuteMs = 60_000;

/** How fast each alert tier's windows burned over time. */
@Injectable()
export class TierBurnsService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(RollupsService) private readonly rollups: RollupsService,
  ) {}

  /** Without a range the objective's own window. @throws PlimsollError `invalid_input` for a range without a minute. */
  async burns({ revision }: CurrentObjective, query: z.output<typeof rangeQuery>): Promise<TierBurns> {
    const { definition, projectId, id, objectiveId } = revision;
    const { at } = await asOfNow(this.rollups);
    const to = query.to === undefined ? at : Math.min(at, floorMinute(Date.parse(query.to)));
    const window = objectiveWindow(definition, to);
    const from = query.from === undefined ? floorMinute(window.start) : floorMinute(Date.parse(query.from));
    if (from >= to) throw new PlimsollError('invalid_input', 'from: must be before to', { field: 'from' });
    // What makes a tier fire is shown as the windows alone have it: the volume-aware guard has no line of its own.
    const { used } = await sampleTraits(this.clickhouse, projectId, [definition]);
    const objective = judgedObjective({ ...definition, volumeAware: false }, window.seconds, used(definition));
    const bucketSeconds = bucketFor((to - from) / 1000);
    const range = { from: from / minuteMs, to: to / minuteMs, bucket: bucketSeconds / 60 };
    const excluded = (await exclusionWindows(this.database, projectId)).of(objectiveId);
    const grain = burnGrain(objective);
    const lookback = Math.max(...objective.tiers.map(({ longSeconds }) => longSeconds / 60));
    const stretches = Math.ceil((range.to - range.from + lookback) / grain);
    const series = await evenStretches(
      this.clickhouse,
      { projectId, revisionIds: [id], excluded, sliced: slicedOf([revision]) },
      { from: range.to - stretches * grain, to: range.to, grain },
      sliKindOf(definition.indicator.kind).reads,
    );
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      bucketSeconds,
      tiers: [...tierBurns(objective, series, range)].map(([tier, points]) => {
        const factor = toNumber(tier.factor);
        return {
          name: tier.name,
          severity: tier.severity,
          long: durationText(tier.longSeconds),
          short: durationText(tier.shortSeconds),
          factor,
          points: points.map(({ minute, long, short }) => ({
            t: new Date(minute * minuteMs).toISOString(),
            long,
            short,
            above: (long ?? 0) > factor && (short ?? 0) > factor,
          })),
        };
      }),
    };
  }
}
