import { lookup as resolve } from 'node:dns';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { expositionLimits, refuseScrapeAddress, type ScrapeAllowList } from '@plimsoll/gpu';

const timeoutMs = 8_000;
const accept =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

/** Resolves a name and hands the socket an address only after it was checked. */
function checkedLookup(allow: ScrapeAllowList): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const refusal = addresses
        .map(({ address }) => refuseScrapeAddress(allow, host, address))
        .find((reason) => reason !== null);
      const [first] = addresses;
      if (refusal !== undefined || first === undefined) callback(new Error(refusal ?? `${host} has no address`), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > expositionLimits.bytes) throw new Error('the page is larger than 10 MiB');
    chunks.push(chunk);
  }
  const announced = response.headers['content-length'];
  if (announced !== undefined && Number(announced) !== size)
    throw new Error(`the page has ${size} of ${announced} bytes`);
  return Buffer.concat(chunks);
}

/**
 * The body of a scrape target. Redirects are not followed: the address that was checked is the one that is read.
 * Throws an Error whose message says what a person can do about it.
 */
export async function fetchPage(url: string, allow: ScrapeAllowList): Promise<Buffer> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // An address literal is never looked up: it is checked here.
  const literal = /^[\d.]+$|:/.test(host) ? refuseScrapeAddress(allow, host, host) : null;
  if (literal !== null) throw new Error(literal);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((settle, fail) => {
    const request = send(target, {
      headers: { accept, 'accept-encoding': 'identity' },
      lookup: checkedLookup(allow),
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.once('response', settle);
    request.once('error', (error) =>
      fail(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`no answer within ${timeoutMs / 1000} s`)
          : error,
      ),
    );
    request.end();
  });
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`the target answered ${response.statusCode}`);
  }
  return readBody(response);
}
