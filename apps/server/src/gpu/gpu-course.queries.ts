import type { ClickHouse } from '@plimsoll/clickhouse';

interface StepRange {
  readonly from: Date;
  readonly to: Date;
  /** Seconds. */
  readonly step: number;
}

export interface GpuStep {
  readonly gpu_id: string;
  readonly target: string;
  readonly host: string;
  readonly gpu_index: string;
  readonly pod: string;
  readonly t: string;
  readonly value: number | null;
}

const stepText = `toStartOfInterval(toDateTime(at, 'UTC'), toIntervalSecond({step:UInt32}))`;
const within = 'project = {project:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}';
/** Some hundred devices for as many steps as a chart has. */
const mostRows = 50_000;

/** How busy each device was by step: the SMs where they are exported, else whether anything ran. */
export async function gpuSteps(clickhouse: ClickHouse, project: string, range: StepRange): Promise<GpuStep[]> {
  return clickhouse.query<GpuStep>(
    `SELECT toString(sample.gpu_id) AS gpu_id, toString(argMax(sample.target, sample.at)) AS target, toString(argMax(sample.host, sample.at)) AS host,
       toString(argMax(sample.gpu_index, sample.at)) AS gpu_index, toString(argMax(sample.pod, sample.at)) AS pod, ${stepText} AS t,
       avg(coalesce(sm_active, gr_engine_active, gpu_util)) AS value
     FROM gpu_samples AS sample WHERE ${within} GROUP BY sample.gpu_id, t ORDER BY gpu_id, t LIMIT ${mostRows}`,
    { project, ...range },
  );
}

export interface PoolStep {
  readonly pool: string;
  readonly model: string;
  readonly t: string;
  readonly value: number | null;
}

/** Mean use of the KV cache of each serving pool by step. */
export async function poolSteps(clickhouse: ClickHouse, project: string, range: StepRange): Promise<PoolStep[]> {
  return clickhouse.query<PoolStep>(
    `SELECT toString(sample.pool) AS pool, toString(sample.model) AS model, ${stepText} AS t, avg(kv_usage) AS value
     FROM engine_samples AS sample WHERE ${within} GROUP BY sample.pool, sample.model, t ORDER BY pool, model, t
     LIMIT ${mostRows}`,
    { project, ...range },
  );
}
