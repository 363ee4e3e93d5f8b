import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { PlimsollError } from '@plimsoll/contract';
import { createTransport } from 'nodemailer';
import { blockedReason } from './address-guard.js';
import type { OutboundRequest, SendOptions, SendResult } from './channel.js';
import { readMailRoute } from './mail-address.js';

/** The body of a mail request, as JSON: what the channel composed. */
export interface MailBody {
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Sends one mail by SMTP; the address that is checked is the one that is connected to. A refusal for now (4yz) is
 * status 503, one for good (5yz) 422. A password is sent over TLS only.
 * @throws PlimsollError `forbidden` for a closed address, `unavailable` for every failure without an SMTP answer.
 */
export async function sendMail(
  request: OutboundRequest,
  options: SendOptions & { timeoutMs: number },
): Promise<SendResult> {
  const route = readMailRoute(request.url);
  if ('problem' in route) throw new PlimsollError('forbidden', `url ${route.problem}`, { field: 'url' });
  const { messageId, subject, text } = JSON.parse(request.body) as MailBody;
  const transport = createTransport({
    host: await openAddress(route.host, options.allowPrivate),
    port: route.port,
    secure: route.secure,
    requireTLS: !route.secure && route.user !== null,
    ...(isIP(route.host) === 0 ? { servername: route.host, tls: { servername: route.host } } : {}),
    ...(route.user === null ? {} : { auth: { user: route.user, pass: request.password ?? '' } }),
    connectionTimeout: options.timeoutMs,
    greetingTimeout: options.timeoutMs,
    socketTimeout: options.timeoutMs,
    // What a message says may name no file and no address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { response } = await transport.sendMail({ from: route.from, to: [...route.to], messageId, subject, text });
    return { status: 250, body: response, retryAfterSeconds: undefined };
  } catch (error) {
    const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN;
    const reason = error instanceof Error ? error.message : String(error);
    if (code >= 400 && code < 600) {
      return { status: code >= 500 ? 422 : 503, body: reason, retryAfterSeconds: undefined };
    }
    throw new PlimsollError('unavailable', `${route.host}: ${reason}`, { cause: error });
  } finally {
    transport.close();
  }
}

/** One address of a host that may be connected to; one closed address closes the name. */
async function openAddress(host: string, allowPrivate: boolean): Promise<string> {
  const found = isIP(host) === 0 ? await lookup(host, { all: true }).catch(unresolved(host)) : [{ address: host }];
  const reason = found.map(({ address }) => blockedReason(address, allowPrivate)).find((one) => one !== null);
  if (reason !== undefined && reason !== null) {
    const hint = 'allow private addresses for this channel if that is meant';
    throw new PlimsollError('forbidden', `${host}: ${reason}; ${hint}`, { field: 'url' });
  }
  const [first] = found;
  if (first === undefined) throw new PlimsollError('unavailable', `${host} has no address`);
  return first.address;
}

const unresolved =
  (host: string) =>
  (cause: unknown): never => {
    throw new PlimsollError('unavailable', `${host}: cannot be resolved`, { cause });
  };
