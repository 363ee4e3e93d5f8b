/**
 * A row is of every span of its trace from its start to its end, so the traces of a range are those that overlap with it.
 * This much more is for rows that do not know the newest spans yet.
 */
const reach = 'INTERVAL 2 DAY';

/**
 * Condition on rows of `traces` that may have a span within `{from:DateTime}` and `{to:DateTime}`: rows of other times are
 * not read, of which there are more every day. What it misses is the row of a trace that goes on after a longer pause, until
 * that row is written anew; its minutes are dirty then.
 */
export const nearRange = `start_time < {to:DateTime} + ${reach} AND end_time >= {from:DateTime} - ${reach}`;

/**
 * For statements that read `traces FINAL` with that condition. A trace only grows: where an older row is near the range
 * the newest is as well, so granules of other times need not be read to find out which row stands.
 */
export const prunesTraces = 'SETTINGS use_skip_indexes_if_final_exact_mode = 0';
