import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const bytesAMegabyte = 2 ** 20;
/** Inputs between two readings. */
const readEvery = 80;
const readingsAWindow = 8;

/**
 * What the process holds, read steadily. After a collection the heap itself moves by some 3 MB, but what is outside it by 10
 * to 26 from one reading to the next: blocks and bodies that an answer still holds, or that wait to be freed. Of some
 * readings in a row the least has few of these in it, and a leak raises the least as well.
 */
export class HeldMemory {
  private readonly first: number[] = [];
  private last: number[] = [];
  private readFrom: number | null = null;

  constructor(private readonly readMb: () => number = heldMb) {}

  /** Call it after each input from the first tenth on; it reads when it is time. */
  after(inputs: number): void {
    this.readFrom ??= inputs;
    if ((inputs - this.readFrom) % readEvery !== 0) return;
    if (this.first.length < readingsAWindow) this.first.push(this.readMb());
    // Where the end is, is not known beforehand: the last readings so far are those of the end.
    else this.last = [...this.last, this.readMb()].slice(-readingsAWindow);
  }

  /** Megabytes, the least of the last window less the least of the first; null for a run that is too short to tell. */
  grownMb(): number | null {
    if (this.last.length < readingsAWindow) return null;
    return Math.round(Math.min(...this.last) - Math.min(...this.first));
  }
}

function heldMb(): number {
  collectGarbage();
  // Array buffers are part of what is external.
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / bytesAMegabyte;
}
