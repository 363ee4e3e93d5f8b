import { createClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { detectors, type MaskingPolicy } from '@plimsoll/masking';
import { printSuccess } from '@plimsoll/otlp';
import { type Accepted, IngestService } from '../../apps/server/src/ingest/ingest.service.js';
import type { Signal } from './mutations.js';

/** A block as it would go to ClickHouse. */
export interface Block {
  /** `INSERT INTO table (columns) FORMAT RowBinary`, perhaps with a SELECT from `input`. */
  readonly sql: string;
  readonly bytes: Buffer;
}

/** As most projects store; masked; or as objects where bytes would do. */
export type Way = 'plain' | 'masking' | 'objects';

export interface Taken {
  readonly outcome: 'stored' | 'refused';
  /** What the answer says, with digits taken out: tells kinds of answers apart. */
  readonly says: string;
  /** What must be the same over every protocol: the success as protobuf says it, or `says` of a refusal. */
  readonly answer: string;
  readonly blocks: readonly Block[];
}

/** A message without its figures. */
const kindOf = (message: string): string => message.replace(/\d+/g, '#');

/** Small enough that some spans are given to the way by objects for their size, and long texts are cut. */
const maxTextBytes = 32 * 1024;

export const project = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', slug: 'fuzz', spanRetentionDays: null } as Project;
/** Changes nothing, but spans take the way by objects, which masking needs. */
const nothingMasked: MaskingPolicy = { detectors: [], dropContent: false, nameKey: Buffer.alloc(32) };
const masked: MaskingPolicy = { detectors, dropContent: false, nameKey: Buffer.alloc(32) };

/** Everything between the wire and the store: the server's own service, with the last step caught. */
export class Pipeline {
  private blocks: Block[] = [];
  private readonly plain: IngestService;
  private readonly masking: IngestService;
  private readonly objects: IngestService;

  constructor() {
    const clickhouse = createClickHouse({ url: 'http://127.0.0.1:9' });
    clickhouse.insertBytes = (sql, bytes) => {
      this.blocks.push({ sql, bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes) });
      return Promise.resolve();
    };
    const book = loadShippedPriceBook();
    const prices = { bookOf: () => Promise.resolve(book) } as never;
    const tallies = { noteUnmapped: () => undefined } as never;
    const service = (policy: MaskingPolicy | null): IngestService => {
      const policies = { policyOf: () => Promise.resolve(policy), note: () => undefined } as never;
      return new IngestService(clickhouse, tallies, prices, policies, { maxTextBytes });
    };
    this.plain = service(null);
    this.masking = service(masked);
    this.objects = service(nothingMasked);
  }

  accept(signal: Signal, bytes: Uint8Array, encoding: 'json' | 'protobuf', way: Way): Promise<Accepted> {
    return this[way].accept(signal, bytes, encoding, project);
  }

  /** The blocks that are written meanwhile. */
  async blocksOf<T>(work: () => Promise<T>): Promise<{ result: T; blocks: readonly Block[] }> {
    this.blocks = [];
    const result = await work();
    return { result, blocks: this.blocks };
  }

  /** @throws whatever is no documented refusal. */
  async take(signal: Signal, bytes: Buffer, encoding: 'json' | 'protobuf', way: Way): Promise<Taken> {
    try {
      const { result, blocks } = await this.blocksOf(() => this.accept(signal, bytes, encoding, way));
      const answer = printSuccess(signal, 'protobuf', result.partial).toString('latin1');
      return { outcome: 'stored', says: kindOf(result.partial?.message ?? ''), answer, blocks };
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'invalid_input') throw error;
      return refusal(error.message);
    }
  }
}

export function refusal(message: string): Taken {
  return { outcome: 'refused', says: kindOf(message), answer: kindOf(message), blocks: [] };
}
