export type EventKind = 'outcomes' | 'feedback' | 'changes';

/** Events that are sent as one request. What it holds is fixed, so that it is the same on every attempt. */
export interface EventBatch {
  readonly kind: EventKind;
  /** JSON texts. */
  readonly events: readonly string[];
  readonly key: string;
  attempts: number;
}

interface WaitingEvent {
  readonly kind: EventKind;
  readonly json: string;
}

interface Limits {
  readonly maxEvents: number;
  /** In characters, which JSON of mostly Latin text takes one byte each. */
  readonly maxBytes: number;
  newKey(): string;
}

const maxBatchEvents = 100;
/** Below the 64 KiB that a browser lets outlive its page. */
const maxBatchBytes = 48 * 1024;

/** Events in their order, some of them already cut into batches. Bounded: the oldest that is in no batch goes first. */
export class EventBacklog {
  private readonly waiting: WaitingEvent[] = [];
  private readonly batches: EventBatch[] = [];
  private bytes = 0;

  constructor(private readonly limits: Limits) {}

  get size(): number {
    return this.batches.reduce((sum, batch) => sum + batch.events.length, this.waiting.length);
  }

  /** How many events were dropped to make room. */
  add(kind: EventKind, json: string): number {
    if (json.length > this.limits.maxBytes) return 1;
    let dropped = 0;
    while (this.isOver(json.length)) {
      const oldest = this.waiting.shift();
      // Everything that is kept is under way.
      if (oldest === undefined) return dropped + 1;
      this.bytes -= oldest.json.length;
      dropped += 1;
    }
    this.waiting.push({ kind, json });
    this.bytes += json.length;
    return dropped;
  }

  /** The batch to send next. It stays the first until `done` or `split`. */
  first(): EventBatch | undefined {
    if (this.batches.length === 0) this.cut();
    return this.batches[0];
  }

  done(batch: EventBatch): void {
    const index = this.batches.indexOf(batch);
    if (index === -1) return;
    this.batches.splice(index, 1);
    for (const json of batch.events) this.bytes -= json.length;
  }

  /** Puts two halves in the place of a batch; false when it holds one event. */
  split(batch: EventBatch): boolean {
    const index = this.batches.indexOf(batch);
    if (batch.events.length < 2 || index === -1) return false;
    const middle = batch.events.length >> 1;
    const halves = [batch.events.slice(0, middle), batch.events.slice(middle)];
    this.batches.splice(index, 1, ...halves.map((events) => this.batchOf(batch.kind, events)));
    return true;
  }

  private isOver(moreBytes: number): boolean {
    return this.size + 1 > this.limits.maxEvents || this.bytes + moreBytes > this.limits.maxBytes;
  }

  /** The longest run of one kind at the front. */
  private cut(): void {
    const kind = this.waiting[0]?.kind;
    if (kind === undefined) return;
    const events: string[] = [];
    let bytes = 0;
    for (const each of this.waiting) {
      if (each.kind !== kind || events.length === maxBatchEvents) break;
      bytes += each.json.length;
      if (events.length > 0 && bytes > maxBatchBytes) break;
      events.push(each.json);
    }
    this.waiting.splice(0, events.length);
    this.batches.push(this.batchOf(kind, events));
  }

  private batchOf(kind: EventKind, events: readonly string[]): EventBatch {
    return { kind, events, key: this.limits.newKey(), attempts: 0 };
  }
}
