import { createHash } from 'node:crypto';

/** Public test numbers; the same at every place, since they cannot be made up. */
const fixed = {
  card: '4111 1111 1111 1111',
  iban: 'DE89 3704 0044 0532 0130 00',
  phone: '+47 22 86 44 00',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
} as const;

/** Secrets for every place that a client can write to; which place a leak came from can be read from the secret. */
export class Seeds {
  /** What must be found nowhere, with the place that it was put in. */
  readonly planted = new Map<string, string>(
    Object.entries(fixed).map(([kind, secret]) => [secret, `any place: ${kind}`]),
  );

  /** A text with a secret of each kind, on lines of their own: in JSON text what stands before them is the `n` of an escape. */
  text(place: string): string {
    const { card, iban, phone, token } = fixed;
    return ['I am', this.email(place), this.key(place), `${card} 12/27`, `${iban} PAID`, phone, token].join('\n');
  }

  /** As a name: no blanks but what the secret itself has. */
  email(place: string): string {
    return this.plant(place, `${place.replace(/[^a-z]/gi, '-')}@seeded.example.com`);
  }

  key(place: string): string {
    return this.plant(place, `sk-proj-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`);
  }

  private plant(place: string, secret: string): string {
    this.planted.set(secret, place);
    return secret;
  }

  /** Places of the secrets that these bytes hold. */
  leaksIn(bytes: Buffer | string): string[] {
    const leaks: string[] = [];
    for (const [secret, place] of this.planted) if (bytes.includes(secret)) leaks.push(`${place} (${secret})`);
    return leaks;
  }
}
