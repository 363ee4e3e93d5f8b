import type { ClickHouse } from '@plimsoll/clickhouse';

export interface GpuEvent {
  at: string;
  kind: string;
  title: string;
}

export interface GpuChangeRow {
  project: string;
  at: string;
  change_id: string;
  gpuId: string;
  /** `XID 48`. */
  event: string;
  title: string;
  expires_on: string;
}

/**
 * A device's events are changes of kind gpu, so that incident timelines read the same rows. They name the device in
 * `from_value` and no span dimension: no span carries a device.
 */
export async function insertGpuChanges(clickhouse: ClickHouse, rows: readonly GpuChangeRow[]): Promise<void> {
  await clickhouse.insert(
    'changes',
    rows.map(({ gpuId, event, ...row }) => ({
      ...row,
      kind: 'gpu',
      feature: '',
      attribute: '',
      from_value: gpuId,
      to_value: event,
      link: '',
      actor: 'dcgm-exporter',
      source: 'first_seen',
    })),
  );
}

export async function gpuEvents(
  clickhouse: ClickHouse,
  project: string,
  gpuId: string,
  from: Date,
  to: Date,
): Promise<GpuEvent[]> {
  const rows = await clickhouse.query<Omit<GpuEvent, 'kind'>>(
    `SELECT at, title FROM changes FINAL
     WHERE project = {project:String} AND kind = 'gpu' AND from_value = {gpuId:String}
       AND at >= {from:DateTime64(6)} AND at < {to:DateTime64(6)} ORDER BY at`,
    { project, gpuId, from, to },
  );
  return rows.map((row) => ({ ...row, kind: 'xid' }));
}
