import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort, freePort } from './ports.js';

const open: Server[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function takenPort(): Promise<number> {
  const port = await freePort();
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return port;
}

const wish = { setting: 'PLIMSOLL_PORT', host: '127.0.0.1' };

test('a free port is taken as wished', async () => {
  const port = await freePort();
  expect(await choosePort({ ...wish, port, explicit: true })).toEqual({ port, moved: null });
});

test('a taken default moves and says so', async () => {
  const port = await takenPort();
  const choice = await choosePort({ ...wish, port, explicit: false });
  expect(choice.port).not.toBe(port);
  expect(choice.moved).toBe(`Port ${port} is in use, so PLIMSOLL_PORT moved to ${choice.port} for this run.`);
});

test('a taken port that was set is an error with a way out', async () => {
  const port = await takenPort();
  await expect(choosePort({ ...wish, port, explicit: true })).rejects.toMatchObject({
    code: 'conflict',
    field: 'PLIMSOLL_PORT',
    message: expect.stringContaining(`PLIMSOLL_PORT=${port}: the port is in use`),
  });
});
