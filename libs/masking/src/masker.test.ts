import { describe, expect, it } from 'vitest';
import type { Detector } from './detector.js';
import { detectors } from './detectors/index.js';
import { droppedContent, maskText } from './masker.js';

const policy = { detectors, dropContent: false, nameKey: Buffer.alloc(32) };
const mask = (text: string) => maskText(text, policy);

// Card numbers and IBANs are the public test numbers of Visa, Mastercard, Amex and the IBAN registry.
const seeded: readonly [id: string, secret: string][] = [
  ['api_key', 'sk-proj-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA'],
  ['api_key', 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123'],
  ['api_key', 'AKIAIOSFODNN7EXAMPLE'],
  ['api_key', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['api_key', 'plk_ab12cd34_0123456789abcdef0123456789abcdef'],
  ['token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'],
  ['token', 'Bearer abcdefghijklmnop1234567890'],
  ['token', '-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----'],
  ['card', '4111 1111 1111 1111'],
  ['card', '5500-0000-0000-0004'],
  ['card', '378282246310005'],
  ['iban', 'DE89 3704 0044 0532 0130 00'],
  ['iban', 'GB82WEST12345698765432'],
  ['iban', 'NO9386011117947'],
  ['email', 'kim.larsen+test@harbour-office.example.com'],
  ['phone', '+47 22 86 44 00'],
  ['phone', '0049 (30) 901820'],
  ['api_key', 'gsk_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['token', 'Authorization: Basic YWRhOmxvdmVsYWNl'],
  [
    'token',
    '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,3F\n\nMIIEow==\n-----END RSA PRIVATE KEY-----',
  ],
  ['card', '3782 822463 10005'],
  ['card', '30569309025904'],
  ['card', '4111\u00a01111\u00a01111\u00a01111'],
  ['iban', 'AT61 1904 3002 3457 3201'],
  ['iban', 'be68-5390-0754-7034'],
  ['iban', 'MT84 MALT 0110 0001 2345 MTLC AST0 01S'],
  ['email', "miles.o'brien@example.co.uk"],
  ['email', 'jürgen@münchen.example'],
  ['phone', '+1 (555) 123-4567'],
  ['phone', '+33 6 12 34 56 78'],
];

describe('built-in detectors', () => {
  it.each(seeded)('%s: masks %s and nothing around it', (id, secret) => {
    expect(mask(`before ${secret} after`)).toEqual({ text: `before [${id}] after`, counts: { [id]: 1 } });
  });

  it.each([
    'Order 4111111111111112 was shipped at 2026-11-22T12:57:48.155Z.',
    'trace 4d79719e38dd9a0dbcb5eb92fb3df0fe, span 1b819ab824ef8f88',
    'Version 2.11.4, port 4318, 1,234,567 tokens, 0.02748625 USD',
    'DE00 3704 0044 0532 0130 00 is no account',
    'a decorator @Injectable() and an array a@b',
    'The invoice 2026-000123 over 1 200.50 is due on 24.12.2026',
    'years 2019 2020 2021 2022 2023 2024, 4111111111111111.5 units, 0.4111111111111111',
    'p = 0.0012345678 and 1e+10, 12 000 345 678 000',
    'Basic understanding; the bearer of it; sk-learn, gsk_short, an AKIA prefix, eyJ',
    'left-pad@1.3.0, @scope/name@2.0.0, image@sha256:0123456789abcdef, a@b.c',
    'BE68 5390 0754 7035 has wrong check digits, AT61 1904 3002 3457 320 is too short',
    '-----BEGIN CERTIFICATE-----',
  ])('leaves ordinary text alone: %s', (text) => {
    expect(mask(text)).toEqual({ text, counts: {} });
  });

  // What stands beside a number may look like more of it.
  it.each([
    ['4111 1111 1111 1111 12/27 123', '[card] 12/27 123'],
    ['378282246310005 12/27', '[card] 12/27'],
    ['2026 4111 1111 1111 1111', '2026 [card]'],
    ['4111 1111 1111 1111 5500 0000 0000 0004', '[card] [card]'],
    ['AT61 1904 3002 3457 3201 PAID', '[iban] PAID'],
    ['BE68 5390 0754 7034 EUR', '[iban] EUR'],
    ['NO93 8601 1117 947 GB82 WEST 1234 5698 7654 32', '[iban] [iban]'],
    ['+4917612345678 2026 1122 00', '[phone] 2026 1122 00'],
    ['room 12 +47 22 86 44 00', 'room 12 [phone]'],
    ["to 'ada@example.com', <bob@example.com>.", "to '[email]', <[email]>."],
  ])('find where it begins and ends: %s', (text, masked) => {
    expect(mask(text).text).toBe(masked);
  });

  // Attributes hold JSON as text, also inside JSON, cut off, or with ASCII as escapes.
  it.each([
    ['"a\\nsk-proj-Zm9vYmFyYmF6cXV4MTIzNDU2"', '"a\\n[api_key]"'],
    ['"a\\tDE89 3704 0044 0532 0130 00"', '"a\\t[iban]"'],
    ['{"b":"{\\"c\\":\\"d\\\\n+47 22 86 44 00', '{"b":"{\\"c\\":\\"d\\\\n[phone]'],
    ['"\\u00a04111 1111 1111 1111"', '"\\u00a0[card]"'],
    ['"\\nada\\u0040example.com"', '"\\n[email]"'],
    ['"\\u002B4722864400 \\u0022"', '"[phone] \\u0022"'],
    ['"-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"', '"[token]\\n"'],
    ['"-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEA', '"[token]'],
  ])('read JSON text: %s', (text, masked) => {
    expect(mask(text).text).toBe(masked);
  });

  it('leave the escapes of a text in which they find nothing', () => {
    expect(mask('"\\u0041 C:\\new"').text).toBe('"\\u0041 C:\\new"');
  });

  it('have distinct ids and global patterns', () => {
    expect(new Set(detectors.map((each) => each.id)).size).toBe(detectors.length);
    for (const each of detectors) expect(each.pattern.flags).toContain('g');
  });
});

describe('masking policy', () => {
  it('looks at everything once: texts made to take long take as long as others', () => {
    const hard = [
      'eyJ-',
      '4111 ',
      '+1 ',
      '0049 (',
      'a@',
      "a'",
      'DE89 ',
      '-----BEGIN PRIVATE KEY-----A',
      'sk-',
      '2222222 ',
    ];
    for (const part of hard) {
      const began = process.cpuUsage();
      mask(part.repeat(200_000 / part.length));
      const { user, system } = process.cpuUsage(began);
      // Some 20 ms each; with work that grows by the square of the text it would be minutes.
      expect((user + system) / 1000, part).toBeLessThan(3_000);
    }
  });

  it('drops content without looking at it', () => {
    expect(maskText('anything', { ...policy, dropContent: true })).toEqual({
      text: droppedContent,
      counts: { dropped: 1 },
    });
    expect(maskText('', { ...policy, dropContent: true })).toEqual({ text: '', counts: {} });
  });

  it('fails closed: a text longer than a rule may be run over is withheld', () => {
    const bounded: Detector = { id: 'bounded', title: 'bounded', pattern: /x/g, longestText: 10 };
    expect(maskText('x123456789', { ...policy, detectors: [bounded] }).text).toBe('[bounded]123456789');
    expect(maskText('y1234567890', { ...policy, detectors: [bounded] })).toEqual({
      text: droppedContent,
      counts: { failed: 1 },
    });
  });

  it('fails closed: what could not be checked is not kept', () => {
    const broken: Detector = {
      id: 'broken',
      title: 'throws',
      pattern: /./g,
      confirm: () => {
        throw new Error('no');
      },
    };
    expect(maskText('secret', { ...policy, detectors: [broken] })).toEqual({
      text: droppedContent,
      counts: { failed: 1 },
    });
  });
});
