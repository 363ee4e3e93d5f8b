import { Counter, Gauge, Histogram } from 'prom-client';

/** What operators see of the ingest at `/metrics`; one set a process. */
export const ingestMetrics = {
  stored: new Counter({
    name: 'plimsoll_ingest_stored_total',
    help: 'Spans and log records that were stored, also those sent again',
    labelNames: ['signal'] as const,
  }),
  rejected: new Counter({
    name: 'plimsoll_ingest_rejected_total',
    help: 'Spans, log records and whole requests that were refused, by reason',
    labelNames: ['signal', 'reason'] as const,
  }),
  textsCut: new Counter({
    name: 'plimsoll_ingest_texts_cut_total',
    help: 'Texts of spans and log records that were longer than PLIMSOLL_MAX_TEXT_BYTES and were cut',
    labelNames: ['signal'] as const,
  }),
  seconds: new Histogram({
    name: 'plimsoll_ingest_request_seconds',
    help: 'From the arrival of an export request to its answer',
    labelNames: ['signal', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  freshness: new Histogram({
    name: 'plimsoll_ingest_freshness_seconds',
    help: 'From the arrival of spans and log records that were accepted until queries see them',
    labelNames: ['signal'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  blockRows: new Histogram({
    name: 'plimsoll_ingest_block_rows',
    help: 'Rows of one insert',
    buckets: [1, 10, 100, 1_000, 4_000, 16_000, 32_768],
  }),
  bytesInFlight: new Gauge({
    name: 'plimsoll_ingest_bytes_in_flight',
    help: 'Bytes of bodies that are read, decoded or waiting for their insert',
  }),
};
