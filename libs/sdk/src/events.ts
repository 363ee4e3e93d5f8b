import { diag } from '@opentelemetry/api';
import { atEnd } from './at-end.js';
import { EventQueue, type EventQueueOptions } from './event-queue.js';
import type { Change, Feedback, Outcome } from './event-types.js';

/** One a process or page, also where this package is loaded as ESM and as CommonJS. */
const slot = Symbol.for('plimsoll.sdk.events');
const shared = globalThis as { [slot]?: EventQueue };

/**
 * Says where `outcome()`, `feedback()` and `change()` send to, and sends what waits when the process or the page ends.
 * `start` of `@plimsoll/sdk/node` calls this; call it yourself in browsers and beside an OpenTelemetry set-up of your own.
 */
export function connect(options: EventQueueOptions): EventQueue {
  const queue = new EventQueue(options);
  shared[slot] = queue;
  atEnd(() => queue.flush());
  return queue;
}

/** What became of the work that the active span, `traceId` or `key` names. */
export function outcome(given: Outcome): void {
  connected('outcome')?.outcome(given);
}

/** What a user did with the answer of the active span or of `traceId`. */
export function feedback(given: Feedback): void {
  connected('feedback')?.feedback(given);
}

/** Something that was changed: a suspect when a figure gets worse afterwards. */
export function change(given: Change): void {
  connected('change')?.change(given);
}

function connected(name: string): EventQueue | undefined {
  if (shared[slot] === undefined) diag.warn(`plimsoll: ${name}() goes nowhere before connect() or start()`);
  return shared[slot];
}
