import { Transform } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { BytesInFlight } from './bytes-in-flight.js';
import { HeldBytes } from './held-bytes.js';
import { takesTelemetry } from './ingest.routes.js';

/** All of them together are as one project. */
const owner = 'bodies of the API';
const withoutBody = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Counts the bodies of the API among the bytes in flight, from their first byte to their answer: they are read whole before
 * anybody looks at the key. Those of telemetry count themselves.
 */
export function boundBodies(fastify: FastifyInstance, inFlight: BytesInFlight): void {
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (withoutBody.has(request.method) || takesTelemetry(request.routeOptions.url ?? '')) return done(null, payload);
    const held = new HeldBytes(inFlight, owner);
    const told = request.headers['content-length'];
    try {
      held.are(Number(told ?? 0));
    } catch (error) {
      return done(error as Error);
    }
    reply.raw.once('close', () => held.release());
    if (told !== undefined) return done(null, payload);
    let length = 0;
    const counted = new Transform({
      transform(part: Buffer, _encoding, passed) {
        length += part.length;
        try {
          held.are(length);
          passed(null, part);
        } catch (error) {
          passed(error as Error);
        }
      },
    });
    payload.on('error', (error) => counted.destroy(error));
    done(null, payload.pipe(counted));
  });
}
