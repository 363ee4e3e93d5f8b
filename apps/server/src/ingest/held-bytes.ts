import type { BytesInFlight } from './bytes-in-flight.js';

/** What a request takes beside its body, however small: buffers of its connection, promises, the answer. */
const bytesOfRequest = 8 * 1024;

/** What one request has in flight, from its head to its answer. */
export class HeldBytes {
  private bytes = 0;

  constructor(
    private readonly inFlight: BytesInFlight,
    private readonly project: string,
  ) {}

  /** @throws PlimsollError when so many may not be in flight: then none are. Fewer than before are never refused. */
  are(ofBody: number): void {
    const bytes = ofBody + bytesOfRequest;
    if (bytes <= this.bytes) this.inFlight.remove(this.project, this.bytes - bytes);
    else {
      // All at once and not what is new alone: the only request of a project needs no part.
      this.release();
      this.inFlight.add(this.project, bytes);
    }
    this.bytes = bytes;
  }

  release(): void {
    this.inFlight.remove(this.project, this.bytes);
    this.bytes = 0;
  }
}
