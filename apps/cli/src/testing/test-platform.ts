import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the platform of a test got it; `body` is null where there was none. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface TestPlatform {
  readonly url: string;
  readonly asked: Asked[];
  readonly stop: () => void;
}

/** A platform that answers as a test says, and remembers what it was asked. */
export async function startTestPlatform(
  answer: (asked: Asked) => { readonly status?: number; readonly body: unknown },
): Promise<TestPlatform> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const { method = '', headers } = request;
      const one: Asked = {
        method,
        url: new URL(request.url ?? '', 'http://platform'),
        headers,
        body: text === '' ? null : (JSON.parse(text) as unknown),
      };
      asked.push(one);
      const { status = 200, body } = answer(one);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, stop: () => void server.close() };
}
