import type { ClickHouse } from './clickhouse.js';

interface NeededFeatures {
  readonly catalogue: string;
  readonly names: readonly string[];
}

/** What the schema and the queries need of a server, as its own catalogues name it. */
const needed: readonly NeededFeatures[] = [
  {
    catalogue: 'system.settings',
    names: ['insert_deduplication_token', 'do_not_merge_across_partitions_select_final'],
  },
  { catalogue: 'system.settings', names: ['date_time_output_format', 'output_format_json_quote_decimals'] },
  {
    catalogue: 'system.merge_tree_settings',
    names: ['non_replicated_deduplication_window', 'fsync_after_insert', 'fsync_part_directory'],
  },
  {
    catalogue: 'system.merge_tree_settings',
    names: ['merge_selector_base', 'merge_selector_enable_heuristic_to_remove_small_parts_at_right'],
  },
  { catalogue: 'system.functions', names: ['toUnixTimestamp64Micro', 'argMax', 'groupBitXor', 'cityHash64'] },
  { catalogue: 'system.table_engines', names: ['ReplacingMergeTree', 'AggregatingMergeTree'] },
  { catalogue: 'system.data_type_families', names: ['DateTime64', 'LowCardinality', 'Map', 'SimpleAggregateFunction'] },
];

/** Names of needed features that this server does not have; empty on every supported version. */
export async function missingFeatures(
  clickhouse: ClickHouse,
  features: readonly NeededFeatures[] = needed,
): Promise<string[]> {
  const wanted = features.map(({ catalogue, names }) => {
    const list = names.map((name) => `'${name}'`).join(', ');
    return `SELECT arrayJoin([${list}]) AS name WHERE name NOT IN (SELECT name FROM ${catalogue})`;
  });
  const rows = await clickhouse.query<{ name: string }>(
    `SELECT name FROM (${wanted.join(' UNION ALL ')}) ORDER BY name`,
  );
  return rows.map((row) => row.name);
}
