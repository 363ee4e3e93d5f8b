import type { ClickHouse } from '@plimsoll/clickhouse';
import { type CostPart, type CostParts, partParams, partSql } from '../cost/cost-parts.js';

/** Minutes in which a device was seen and in which it worked, by hour and day of the zone. */
export interface GpuHourRow {
  hour: string;
  day: string;
  part: CostPart;
  gpu_id: string;
  model: string;
  mig_profile: string;
  pod: string;
  minutes: number;
  active_minutes: number;
}

export async function gpuHours(
  clickhouse: ClickHouse,
  range: { project: string; from: Date; to: Date; zone: string },
  parts: CostParts,
): Promise<GpuHourRow[]> {
  return clickhouse.query<GpuHourRow>(
    `SELECT toStartOfHour(minute) AS hour, toString(toDate(toTimeZone(minute, {zone:String}))) AS day,
       ${partSql('minute')} AS part, gpu_id,
       any(device) AS model, any(profile) AS mig_profile, holder AS pod,
       toUInt32(count()) AS minutes, toUInt32(countIf(active >= 0.01)) AS active_minutes
     FROM (
       SELECT toStartOfMinute(at) AS minute, gpu_id, any(model) AS device, any(mig_profile) AS profile,
         argMax(pod, (pod != '', at)) AS holder,
         max(coalesce(sm_active, gr_engine_active, gpu_util, 0)) AS active
       FROM gpu_samples FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
       GROUP BY minute, gpu_id
     ) GROUP BY hour, day, part, gpu_id, pod ORDER BY hour, gpu_id, pod`,
    { ...range, ...partParams(parts) },
  );
}

export interface EngineHourRow {
  hour: string;
  pool: string;
  model: string;
  minutes: number;
  busy_minutes: number;
  /** Growth of the engine's counters within the hour, resets not counted. */
  prompt_tokens: number;
  output_tokens: number;
}

/** In how many of an hour's observed minutes a pool's engine had requests running, and how many tokens it worked on. */
export async function engineHours(
  clickhouse: ClickHouse,
  range: { project: string; from: Date; to: Date },
): Promise<EngineHourRow[]> {
  const growth = (counter: string): string => `deltaSumTimestamp(ifNull(${counter}, 0), toUnixTimestamp64Milli(at))`;
  return clickhouse.query<EngineHourRow>(
    `SELECT toStartOfHour(minute) AS hour, pool, model, toUInt32(count()) AS minutes, toUInt32(countIf(most > 0)) AS busy_minutes,
       any(prompts) AS prompt_tokens, any(outputs) AS output_tokens
     FROM (
       SELECT toStartOfMinute(at) AS minute, pool, model, max(running) AS most FROM engine_samples FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} AND running IS NOT NULL
       GROUP BY minute, pool, model
     ) AS by_minute
     INNER JOIN (
       SELECT toStartOfHour(at) AS work_hour, pool AS work_pool, model AS work_model,
         ${growth('coalesce(prompt_tokens_computed, prompt_tokens)')} AS prompts, ${growth('generation_tokens')} AS outputs
       FROM engine_samples FINAL
       WHERE project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
       GROUP BY work_hour, work_pool, work_model
     ) AS work ON work_hour = toStartOfHour(minute) AND work_pool = pool AND work_model = model
     GROUP BY hour, pool, model ORDER BY hour, pool, model`,
    { ...range },
  );
}
