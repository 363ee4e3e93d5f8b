import type { DataSource } from 'typeorm';

export async function readCursor(dataSource: DataSource, name: string): Promise<unknown> {
  const rows = await dataSource.query<{ value: unknown }[]>(
    `SELECT value FROM cursors WHERE name = $1 AND scope = ''`,
    [name],
  );
  return rows[0]?.value;
}

export async function writeCursor(dataSource: DataSource, name: string, value: object): Promise<void> {
  await dataSource.query(
    `INSERT INTO cursors (name, scope, value) VALUES ($1, '', $2)
     ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [name, JSON.stringify(value)],
  );
}

/** Keeps the stored value when its `startedMicros` is later. */
export async function advanceCursor(dataSource: DataSource, name: string, value: object): Promise<void> {
  await dataSource.query(
    `INSERT INTO cursors (name, scope, value) VALUES ($1, '', $2)
     ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value, updated_at = now()
     WHERE (cursors.value ->> 'startedMicros')::bigint <= (excluded.value ->> 'startedMicros')::bigint`,
    [name, JSON.stringify(value)],
  );
}
