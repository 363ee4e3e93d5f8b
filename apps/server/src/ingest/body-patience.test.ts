import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type ClientHttp2Session, connect, constants, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { BodyPatience } from './body-patience.js';

const waits = { silence: 30 };
const never = { silence: 1_000_000 };
const running: (Server | ClientHttp2Session)[] = [];

afterEach(() => {
  for (const each of running.splice(0)) each.close();
});

async function portOf(server: Server): Promise<number> {
  running.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** How a call ends whose client sends a byte and no more. */
async function endOfCall(begun: (stream: Readable) => void): Promise<number | undefined> {
  const server = createHttp2Server();
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    begun(stream);
  });
  const session = connect(`http://127.0.0.1:${await portOf(server)}`);
  running.push(session);
  const stream = session.request({ ':method': 'POST' });
  stream.on('error', () => undefined);
  stream.write('a');
  await once(stream, 'close');
  return stream.rstCode;
}

test('a silent call is cancelled, after which clients of gRPC send again', async () => {
  expect(await endOfCall((stream) => new BodyPatience(stream, waits))).toBe(constants.NGHTTP2_CANCEL);
});

test('a body that drips on for too long is given up', async () => {
  const end = await endOfCall((stream) => {
    const patience = new BodyPatience(stream, { ...never, whole: -1 });
    patience.heard();
    patience.end();
  });
  expect(end).toBe(constants.NGHTTP2_CANCEL);
});

test('the connection of a silent body is closed', async () => {
  const server = createServer((body) => {
    body.on('error', () => undefined);
    new BodyPatience(body, waits);
  });
  const sent = request({ port: await portOf(server), method: 'POST' });
  sent.write('a');
  const [error] = (await once(sent, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});

test('a body that came whole is left alone', async () => {
  const server = createServer((body, answer) => {
    const patience = new BodyPatience(body, waits);
    body.resume().once('end', () => {
      patience.end();
      setTimeout(() => answer.end('done'), 3 * waits.silence);
    });
  });
  const answer = await fetch(`http://127.0.0.1:${await portOf(server)}`, { method: 'POST', body: 'a' });
  expect(await answer.text()).toBe('done');
});
