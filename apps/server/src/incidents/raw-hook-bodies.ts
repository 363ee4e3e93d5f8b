import { Transform } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

const bodies = new WeakMap<FastifyRequest, Buffer[]>();

/** Keeps the bytes of hooks beside their parsed body, and of nothing else: signatures are over the bytes. */
export function keepRawHookBodies(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', (request, _reply, payload, done) => {
      if (!request.url.startsWith('/api/v1/hooks/')) return done(null, payload);
      const parts: Buffer[] = [];
      bodies.set(request, parts);
      const tee = new Transform({
        transform(part: Buffer, _encoding, passed) {
          parts.push(part);
          passed(null, part);
        },
      });
      payload.on('error', (error) => tee.destroy(error));
      done(null, payload.pipe(tee));
    });
}

/** The bytes of a hook as they came; undefined for every other request. */
export function rawBodyOf(request: FastifyRequest): Buffer | undefined {
  const parts = bodies.get(request);
  return parts === undefined ? undefined : Buffer.concat(parts);
}
