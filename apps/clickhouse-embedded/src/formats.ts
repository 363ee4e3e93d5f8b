/** What an answer in this output format is called over HTTP, and whether chDB's chunks of it may be joined. */
export interface OutputFormat {
  readonly contentType: string;
  /** Formats with a header, footer or state between rows repeat it in every chunk of chDB: those are answered whole. */
  readonly joinable: boolean;
}

const text = 'text/plain; charset=UTF-8';
const tabs = 'text/tab-separated-values; charset=UTF-8';
const json = 'application/json; charset=UTF-8';
const jsonLines = 'application/x-ndjson; charset=UTF-8';
const bytes = 'application/octet-stream';

const known = new Map<string, OutputFormat>([
  ['tabseparated', { contentType: tabs, joinable: true }],
  ['tsv', { contentType: tabs, joinable: true }],
  ['tabseparatedraw', { contentType: tabs, joinable: true }],
  ['tsvraw', { contentType: tabs, joinable: true }],
  ['jsoneachrow', { contentType: jsonLines, joinable: true }],
  ['jsonlines', { contentType: jsonLines, joinable: true }],
  ['ndjson', { contentType: jsonLines, joinable: true }],
  ['jsonstringseachrow', { contentType: jsonLines, joinable: true }],
  ['jsoncompacteachrow', { contentType: jsonLines, joinable: true }],
  ['jsoncompactstringseachrow', { contentType: jsonLines, joinable: true }],
  ['csv', { contentType: 'text/csv; charset=UTF-8; header=absent', joinable: true }],
  ['csvwithnames', { contentType: 'text/csv; charset=UTF-8; header=present', joinable: false }],
  ['rowbinary', { contentType: bytes, joinable: true }],
  ['native', { contentType: bytes, joinable: true }],
]);

/** Unlisted formats are answered whole, with a content type guessed from the family name. */
export function outputFormat(name: string): OutputFormat {
  const lower = name.toLowerCase();
  const listed = known.get(lower);
  if (listed) return listed;
  if (lower.startsWith('json')) return { contentType: lower.includes('eachrow') ? jsonLines : json, joinable: false };
  if (lower.startsWith('tabseparated') || lower.startsWith('tsv')) return { contentType: tabs, joinable: false };
  if (/^(rowbinary|arrow|parquet|orc|avro|msgpack|protobuf|bson|npy)/.test(lower))
    return { contentType: bytes, joinable: false };
  return { contentType: text, joinable: false };
}
