import type { LogRecordEntry } from '@plimsoll/otlp';

/** A log record with whose it is and the day on which it may go (`YYYY-MM-DD`). */
export interface LogRow extends LogRecordEntry {
  readonly project: string;
  readonly expiresOn: string;
}
