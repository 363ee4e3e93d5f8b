import { PlimsollError } from '@plimsoll/contract';
import { ingestMetrics } from './ingest-metrics.js';

/** Of one process. Decoded, a body takes several times its bytes until it is stored. */
export const mostBytesInFlight = 192 * 1024 * 1024;

/**
 * Counts the bytes of bodies that are read, decoded or waiting for their insert. Over the limit a request is refused with
 * a word on when to come again: memory stays bounded, and nothing that was accepted is dropped.
 *
 * Half of it is for whoever comes first. Beyond that, with `n` projects in flight each may hold one part in `n + 1`, and all
 * together `n` of these parts: noisy projects leave room for one more.
 */
export class BytesInFlight {
  private total = 0;
  private readonly perProject = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** @throws PlimsollError `too_many_requests` over the project's share, `unavailable` over the whole. */
  add(project: string, bytes: number): void {
    const own = this.perProject.get(project) ?? 0;
    const projects = this.perProject.size + (this.perProject.has(project) ? 0 : 1);
    const part = this.limit / (projects + 1);
    // The first request of a project needs no part, or a large one could never pass.
    const needsPart = own > 0 && this.total + bytes > this.limit / 2;
    if (needsPart && own + bytes > part) {
      throw new PlimsollError('too_many_requests', 'this project has too many bytes in flight; send again later', {
        retryAfterSeconds: 1,
      });
    }
    const most = needsPart ? part * projects : this.limit;
    if (this.total > 0 && this.total + bytes > most) {
      throw new PlimsollError('unavailable', 'too many bytes in flight; send again later', { retryAfterSeconds: 2 });
    }
    this.total += bytes;
    ingestMetrics.bytesInFlight.set(this.total);
    this.perProject.set(project, own + bytes);
  }

  remove(project: string, bytes: number): void {
    this.total -= bytes;
    ingestMetrics.bytesInFlight.set(this.total);
    const left = (this.perProject.get(project) ?? 0) - bytes;
    if (left > 0) this.perProject.set(project, left);
    else this.perProject.delete(project);
  }

  get bytes(): number {
    return this.total;
  }
}
