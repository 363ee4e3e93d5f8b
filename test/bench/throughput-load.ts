/**
 * The sender of the throughput bench, a process of its own: clients that each send one export after another over a
 * connection that stays open, and wait as long as a refusal says.
 *
 * Started with a channel; takes `{ clients }` (how many send from now on) and `{ report: true }`, answered with what was
 * acknowledged since the report before.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type PackedExport, packedExports } from './throughput-bodies.js';

export interface LoadReport {
  readonly seconds: number;
  readonly spans: number;
  readonly requests: number;
  /** Answers 429 and 503. */
  readonly refused: number;
  readonly failed: number;
  /** Requests without an answer yet. */
  readonly outstanding: number;
  readonly packedBytesPerSpan: number;
  /** From the first byte sent to the acknowledgement. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuSeconds: number;
}

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    bodies: { type: 'string', default: '12' },
    spans: { type: 'string', default: '512' },
    'most-clients': { type: 'string', default: '64' },
    /** Spans a second of all clients together; 0: as many as are taken. */
    rate: { type: 'string', default: '0' },
  },
});
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const templates = packedExports(Number(values.bodies), Number(values.spans));
const rate = Number(values.rate);

let wanted = 0;
let number = Math.floor(Date.now() / 1000) % 1_000_000_000;
let nextAtMs = performance.now();
let outstanding = 0;
let latencies: number[] = [];
let counts = { spans: 0, requests: 0, refused: 0, failed: 0 };
let since = performance.now();
let cpuBefore = process.cpuUsage();

/** Sends a body; resolves with the status and the seconds to wait before the next. */
function send(body: Buffer): Promise<{ status: number; waitSeconds: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${values.url}/v1/traces`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${values.key}`,
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
        'content-length': body.length,
      },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, waitSeconds: Number(response.headers['retry-after'] ?? 0) });
      });
    });
    sent.end(body);
  });
}

async function runClient(index: number): Promise<void> {
  for (;;) {
    while (index >= wanted) await sleep(20);
    await ownTurn();
    const template = templates[number % templates.length] as PackedExport;
    number += 1;
    // A copy: the template is renewed for others while this one is on its way.
    const body = Buffer.from(template.renew(number, Date.now()));
    await deliver(body, template.spanCount);
  }
}

/** Spreads the exports evenly where a rate is given. */
async function ownTurn(): Promise<void> {
  if (rate === 0) return;
  const now = performance.now();
  nextAtMs = Math.max(nextAtMs, now - 1_000) + (Number(values.spans) / rate) * 1_000;
  if (nextAtMs > now) await sleep(nextAtMs - now);
}

async function deliver(body: Buffer, spans: number): Promise<void> {
  const began = performance.now();
  outstanding += 1;
  try {
    const { status, waitSeconds } = await send(body);
    if (status === 200) {
      latencies.push(performance.now() - began);
      counts.spans += spans;
      counts.requests += 1;
    } else if (status === 429 || status === 503) {
      counts.refused += 1;
      await sleep(waitSeconds * 1_000);
    } else {
      counts.failed += 1;
      await sleep(100);
    }
  } catch {
    counts.failed += 1;
    await sleep(100);
  } finally {
    outstanding -= 1;
  }
}

function report(): LoadReport {
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  const { user, system } = process.cpuUsage(cpuBefore);
  const packedBytes = templates.reduce((sum, { packedBytes: bytes, spanCount }) => sum + bytes / spanCount, 0);
  const result = {
    ...counts,
    outstanding,
    seconds: (performance.now() - since) / 1_000,
    packedBytesPerSpan: Math.round(packedBytes / templates.length),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuSeconds: (user + system) / 1e6,
  };
  latencies = [];
  counts = { spans: 0, requests: 0, refused: 0, failed: 0 };
  since = performance.now();
  cpuBefore = process.cpuUsage();
  return result;
}

process.on('message', (message: { clients?: number; report?: boolean }) => {
  if (message.clients !== undefined) wanted = message.clients;
  if (message.report === true) process.send?.(report());
});
process.once('disconnect', () => process.exit(0));
for (let index = 0; index < Number(values['most-clients']); index += 1) void runClient(index);
process.send?.({ ready: true });
