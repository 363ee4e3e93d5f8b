import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailAddressProblem } from './mail-address.js';
import { send } from './send.js';

/** The few words of SMTP that a delivery needs; refuses one recipient for good and one for now. */
let server: Server;
let port: number;
const mails: string[] = [];

beforeAll(async () => {
  server = createServer((socket) => {
    let inData = false;
    let text = '';
    let mail = '';
    socket.on('error', () => socket.destroy());
    socket.write('220 test\r\n');
    socket.on('data', (part: Buffer) => {
      text += part.toString();
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (inData && line === '.') {
          inData = false;
          mails.push(mail);
          mail = '';
          socket.write('250 queued\r\n');
        } else if (inData) mail += `${line}\n`;
        else if (line === 'DATA') {
          inData = true;
          socket.write('354 go on\r\n');
        } else if (line.includes('gone@')) socket.write('550 no such mailbox\r\n');
        else if (line.includes('busy@')) socket.write('451 try later\r\n');
        else if (line === 'STARTTLS') socket.write('454 no TLS here\r\n');
        else if (line === 'QUIT') socket.end('221 bye\r\n');
        else socket.write('250 fine\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => server.close());

const body = JSON.stringify({ messageId: '<m1@plimsoll>', subject: '[PAGE] INC-1 quality', text: 'Burn rate 19.4x\n' });
const mailTo = (to: string, { allowPrivate = true, more = '' } = {}) =>
  send(
    { url: `smtp://localhost:${port}?from=plimsoll@example.com&to=${to}${more}`, headers: {}, body },
    { allowPrivate, timeoutMs: 2000 },
  );

describe('mail', () => {
  it('reaches every recipient once, under an id that a repetition keeps', async () => {
    expect((await mailTo('ops@example.com,kim@example.com')).status).toBe(250);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('Message-ID: <m1@plimsoll>');
    expect(mails[0]).toContain('To: ops@example.com, kim@example.com');
    expect(mails[0]).toContain('Subject: [PAGE] INC-1 quality');
    expect(mails[0]).toContain('Burn rate 19.4x');
  });

  it('tells a refusal for good from one for now', async () => {
    expect(await mailTo('gone@example.com')).toMatchObject({ status: 422 });
    expect(await mailTo('busy@example.com')).toMatchObject({ status: 503 });
  });

  it('connects to no private address unless that is allowed, and sends no password without TLS', async () => {
    await expect(mailTo('ops@example.com', { allowPrivate: false })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await mailTo('ops@example.com', { more: '&user=plimsoll' })).toMatchObject({ status: 503 });
    expect(mails).toHaveLength(1);
  });

  it.each([
    ['https://example.com', 'must be smtp or smtps'],
    ['smtp://u:p@mail.example.com?from=a@b.c&to=d@e.f', 'must not carry a password: that is the secret'],
    ['smtp://mail.example.com?to=d@e.f', 'needs from=, one mail address'],
    ['smtp://mail.example.com?from=a@b.c&to=d@e.f%0d%0aRCPT', 'needs to=, one to 20 mail addresses'],
    ['smtps://mail.example.com?from=a@b.c&to=d@e.f', null],
  ])('%s: %s', (address, problem) => {
    expect(mailAddressProblem(address)).toBe(problem);
  });
});
