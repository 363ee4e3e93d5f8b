import { constants } from 'node:http2';
import type { Readable } from 'node:stream';

/** A client that sends nothing for this long in the middle of a body is gone, or wants to hold our memory. */
const silenceMs = 30_000;
/** A body that is not whole by then is given up, however steadily it drips. */
const wholeMs = 300_000;

/** Cuts off who does not go on sending: what is held of an unfinished body is held for a bounded time. */
export class BodyPatience {
  private readonly timer: NodeJS.Timeout;
  private readonly until: number;

  constructor(
    private readonly stream: Readable,
    { silence = silenceMs, whole = wholeMs } = {},
  ) {
    this.timer = setTimeout(() => this.giveUp(), silence);
    this.until = performance.now() + whole;
  }

  /** Some bytes came. */
  heard(): void {
    this.timer.refresh();
    if (performance.now() > this.until) this.giveUp();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  /** A client that was only slow sends again: over gRPC it would not after INTERNAL, which is what an error becomes there. */
  private giveUp(): void {
    const { stream } = this;
    if (isOfHttp2(stream)) stream.close(constants.NGHTTP2_CANCEL);
    else stream.destroy(new Error('the client does not go on sending'));
  }
}

function isOfHttp2(stream: Readable): stream is Readable & { close(code: number): void } {
  return 'rstCode' in stream;
}
