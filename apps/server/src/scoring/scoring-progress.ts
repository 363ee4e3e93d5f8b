import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ScoringProgress } from '@plimsoll/contract';
import { Gauge, register } from 'prom-client';
import { z } from 'zod';
import { PassCursors, type PassTimes } from '../rollups/pass-cursors.js';
import { waitSeconds } from './scoring.queries.js';

/** The pass that decides which calls are scored; its cursor moves when no call is left. */
const passName = 'scoring.decide';
const noteName = 'scoring.waiting';
const note = z.object({ rows: z.number().int().min(0) });

/** The wait of a call without a root, and longer than an insert may take plus the difference of two clocks. */
const overlapMicros = BigInt(waitSeconds + 120) * 1_000_000n;
/** How far a pass without a cursor looks back. */
const rescanMicros = 2n * 86_400_000_000n;

/** From when on a pass looks at what arrived: microseconds of the store's clock. */
export const lookBackFrom = (previous: PassTimes | null, startedMicros: bigint): bigint =>
  (previous?.startedMicros ?? startedMicros - rescanMicros) - overlapMicros;

const passAge = 'plimsoll_scoring_pass_age_seconds';
const waitingRows = 'plimsoll_scoring_waiting_rows';

/** How far scoring got: on a busy store it gives way, and what it left undecided has to be seen by somebody. */
@Injectable()
export class ScoringProgressService implements OnModuleInit {
  private noted: number | null = null;

  constructor(@Inject(PassCursors) private readonly cursors: PassCursors) {}

  async read(): Promise<ScoringProgress> {
    const [pass, left] = await Promise.all([this.cursors.read(passName), this.cursors.noted(noteName, note)]);
    const decidedUntil = pass === null ? null : new Date(Number(pass.startedMicros / 1_000n)).toISOString();
    return { decidedUntil, waitingRows: left?.rows ?? 0 };
  }

  /** From when on a pass that starts now looks at what arrived. */
  async since(startedMicros: bigint): Promise<bigint> {
    return lookBackFrom(await this.cursors.read(passName), startedMicros);
  }

  /** A pass that left no call undecided. */
  async finished(pass: PassTimes): Promise<void> {
    await this.cursors.write(passName, pass);
  }

  /** Rows that the pass did not look through; written when they change, for the other processes. */
  async note(rows: number): Promise<void> {
    if (rows === this.noted) return;
    await this.cursors.note(noteName, { rows });
    this.noted = rows;
  }

  onModuleInit(): void {
    // One registry a process, also when it plays several roles.
    if (register.getSingleMetric(passAge) !== undefined) return;
    const read = () => this.read().catch(() => null);
    new Gauge({
      name: passAge,
      help: 'Seconds since the last scoring pass began that left no call undecided',
      async collect() {
        const until = (await read())?.decidedUntil;
        this.set(until ? (Date.now() - Date.parse(until)) / 1000 : Number.NaN);
      },
    });
    new Gauge({
      name: waitingRows,
      help: 'Calls and log records that arrived and were not looked through by scoring yet',
      async collect() {
        this.set((await read())?.waitingRows ?? Number.NaN);
      },
    });
  }
}
