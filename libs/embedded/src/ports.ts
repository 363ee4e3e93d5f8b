import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { PlimsollError } from '@plimsoll/contract';

function canListen(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(bound));
    });
  });
}

// Below the range from which systems take the near end of outgoing connections (Linux: 32768 and up): there, a client
// that retries a server which is just down can be given the server's own port, and the server finds it taken.
const lowestPort = 20_000;
const highestPort = 32_000;

/** A port that is free at this moment on `host`. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = await canListen(randomInt(lowestPort, highestPort), host);
    if (port !== null) return port;
  }
  const port = await canListen(0, host);
  if (port === null) throw new PlimsollError('unavailable', `no free port on ${host}`);
  return port;
}

export interface PortWish {
  /** The setting's name, for the message. */
  readonly setting: string;
  readonly port: number;
  readonly host: string;
  /** True when somebody set it: then a taken port is an error and not a reason to move. */
  readonly explicit: boolean;
}

export interface PortChoice {
  readonly port: number;
  /** One line for the person at the terminal when the port had to move, else null. */
  readonly moved: string | null;
}

/**
 * Takes the wished port, or a free one when the wished one is a default that somebody else holds.
 * @throws PlimsollError `conflict` when an explicitly set port is taken.
 */
export async function choosePort(wish: PortWish): Promise<PortChoice> {
  const bound = wish.port === 0 ? await freePort(wish.host) : await canListen(wish.port, wish.host);
  if (bound !== null) return { port: bound, moved: null };
  if (wish.explicit) {
    throw new PlimsollError(
      'conflict',
      `${wish.setting}=${wish.port}: the port is in use on ${wish.host}; stop the program that holds it, set another port, or unset ${wish.setting} to take a free one`,
      { field: wish.setting },
    );
  }
  const port = await freePort(wish.host);
  return { port, moved: `Port ${wish.port} is in use, so ${wish.setting} moved to ${port} for this run.` };
}
