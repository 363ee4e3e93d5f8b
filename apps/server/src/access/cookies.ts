import fastifyCookie from '@fastify/cookie';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Parses cookies, so that the guard finds a session. */
export async function readCookies(app: NestFastifyApplication): Promise<void> {
  // Nest and the plugin are typed against the same Fastify, but through different copies of its generics.
  await app.register(fastifyCookie as unknown as Parameters<typeof app.register>[0]);
}
