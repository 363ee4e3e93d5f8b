/**
 * The spans of a trace lie at most this far apart, and so does a span from what the row of its trace knows: rows further
 * away are not sought, since that would mean to read all rows there are.
 */
const reach = 'INTERVAL 2 DAY';

/** Condition on rows of `traces` that may have a span within `{from:DateTime}` and `{to:DateTime}`. */
export const nearRange = `start_time < {to:DateTime} + ${reach} AND end_time >= {from:DateTime} - ${reach}`;

/**
 * For statements that read `traces FINAL` with that condition. A trace only grows: where an older row is near the range
 * the newest is as well, so granules of other times need not be read to find out which row stands.
 */
export const prunesTraces = 'SETTINGS use_skip_indexes_if_final_exact_mode = 0';
