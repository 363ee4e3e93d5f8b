const leastBytes = 16 * 1024;

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
    if (index < 0) {
      let length = leastBytes;
      while (length < bytes) length *= 2;
      return Buffer.allocUnsafeSlow(length);
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
