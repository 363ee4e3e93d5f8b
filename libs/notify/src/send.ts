import { lookup as resolveHost } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { PlimsollError } from '@plimsoll/contract';
import { blockedReason, urlProblem } from './address-guard.js';
import type { OutboundRequest, SendOptions, SendResult } from './channel.js';
import { sendMail } from './send-mail.js';

const defaultTimeoutMs = 15_000;
const excerptBytes = 4096;

/**
 * Posts a request, or sends a mail, once: no redirects, 15 s for everything, and the address that is checked is the one that is connected
 * to, so that a name cannot change its mind in between.
 * @throws PlimsollError `forbidden` for a closed address, `unavailable` for every failure without a status.
 */
export async function send(request: OutboundRequest, options: SendOptions): Promise<SendResult> {
  if (/^smtps?:/.test(request.url)) {
    return sendMail(request, { ...options, timeoutMs: options.timeoutMs ?? defaultTimeoutMs });
  }
  const problem = urlProblem(request.url);
  if (problem !== null) throw new PlimsollError('forbidden', `url ${problem}`, { field: 'url' });
  const url = new URL(request.url);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) {
    const reason = blockedReason(literal, options.allowPrivate);
    if (reason !== null) throw closed(reason);
  }
  return post(url, request, options);
}

function post(url: URL, { headers, body }: OutboundRequest, options: SendOptions): Promise<SendResult> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      if (error instanceof PlimsollError) reject(error);
      else reject(new PlimsollError('unavailable', `${url.host}: ${error.message}`, { cause: error }));
    };
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'user-agent': 'Plimsoll', 'content-length': String(Buffer.byteLength(body)) },
        lookup: guardedLookup(options.allowPrivate),
        signal: AbortSignal.timeout(timeoutMs),
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (part: string) => {
          if (text.length < excerptBytes) text = (text + part).slice(0, excerptBytes);
        });
        incoming.on('error', fail);
        incoming.on('end', () => {
          const retryAfterSeconds = parseRetryAfter(incoming.headers['retry-after']);
          resolve({ status: incoming.statusCode ?? 0, body: text, retryAfterSeconds });
        });
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

/** Resolves a name and hands on only addresses that may be called; one closed address closes the name. */
function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolveHost(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const reason = addresses.map(({ address }) => blockedReason(address, allowPrivate)).find((one) => one !== null);
      if (reason !== undefined && reason !== null) return callback(closed(`${hostname}: ${reason}`), '', 0);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return first === undefined
        ? callback(new Error(`${hostname} has no address`), '', 0)
        : callback(null, first.address, first.family);
    });
  };
}

const closed = (reason: string): PlimsollError =>
  new PlimsollError('forbidden', `${reason}; allow private addresses for this channel if that is meant`, {
    field: 'url',
  });

/** Seconds, or a date: only the form in seconds is honoured, up to an hour. */
function parseRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined;
}
