const leastBytes = 16 * 1024;
/** A buffer may be so many times as large as what is asked for. */
const mostTimes = 4;

/** To a quarter of a power of two, so that blocks of about one size share their buffers and little of them stays empty. */
function roundedUp(bytes: number): number {
  if (bytes <= leastBytes) return leastBytes;
  const step = 2 ** Math.floor(Math.log2(bytes)) / 4;
  return Math.ceil(bytes / step) * step;
}

/**
 * Buffers of blocks that are stored, for the blocks to come: a fresh buffer costs a page fault for each 4 KiB, which is more
 * than it costs to fill them.
 */
export class BufferPool {
  private readonly free: Buffer[] = [];
  private held = 0;

  /** `mostBytes` are kept at most; what is given back beyond that is left to the collector. */
  constructor(private readonly mostBytes: number) {}

  /** A buffer of this length or more, with whatever bytes it had. */
  take(bytes: number): Buffer {
    const index = this.free.findIndex((buffer) => buffer.length >= bytes);
    // A small block must not hold the memory of a large one.
    if (index < 0 || this.free[index]!.length > mostTimes * Math.max(bytes, leastBytes)) {
      return Buffer.allocUnsafeSlow(roundedUp(bytes));
    }
    const [buffer] = this.free.splice(index, 1);
    this.held -= buffer!.length;
    return buffer!;
  }

  /** Only for a buffer that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    if (this.held + buffer.length > this.mostBytes) return;
    this.held += buffer.length;
    this.free.push(buffer);
    // The smallest that fits is taken first.
    this.free.sort((left, right) => left.length - right.length);
  }
}
