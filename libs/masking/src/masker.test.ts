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
  ])('leaves ordinary text alone: %s', (text) => {
    expect(mask(text)).toEqual({ text, counts: {} });
  });

  it('have distinct ids and global patterns', () => {
    expect(new Set(detectors.map((each) => each.id)).size).toBe(detectors.length);
    for (const each of detectors) expect(each.pattern.flags).toContain('g');
  });
});

describe('masking policy', () => {
  it('drops content without looking at it', () => {
    expect(maskText('anything', { ...policy, dropContent: true })).toEqual({
      text: droppedContent,
      counts: { dropped: 1 },
    });
    expect(maskText('', { ...policy, dropContent: true })).toEqual({ text: '', counts: {} });
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
