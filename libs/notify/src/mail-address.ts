/** Where mail goes, as the address of a channel says it. */
export interface MailRoute {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server has it. */
  readonly secure: boolean;
  readonly user: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

const mailbox = /^[^\s<>,;"@]{1,64}@[^\s<>,;"@]{1,255}$/;
const mostRecipients = 20;

/**
 * Reads `smtp://mail.example.com:587?user=plimsoll&from=plimsoll@example.com&to=ops@example.com,kim@example.com`;
 * `smtps://` for TLS from the first byte. The password is the channel's secret.
 * @returns why it cannot be used, when it is no such address
 */
export function readMailRoute(text: string): MailRoute | { readonly problem: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return { problem: 'is no URL' };
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') return { problem: 'must be smtp or smtps' };
  if (url.username !== '' || url.password !== '') return { problem: 'must not carry a password: that is the secret' };
  if (url.hostname === '') return { problem: 'names no host' };
  const from = url.searchParams.get('from') ?? '';
  const to = url.searchParams.getAll('to').flatMap((list) => list.split(',').map((one) => one.trim()));
  if (!mailbox.test(from)) return { problem: 'needs from=, one mail address' };
  if (to.length === 0 || to.length > mostRecipients || !to.every((one) => mailbox.test(one))) {
    return { problem: `needs to=, one to ${mostRecipients} mail addresses` };
  }
  const secure = url.protocol === 'smtps:';
  const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, secure, user: url.searchParams.get('user'), from, to };
}

/** Why an address is none that mail can be sent by, or null. */
export function mailAddressProblem(text: string): string | null {
  const route = readMailRoute(text);
  return 'problem' in route ? route.problem : null;
}

/** The address of a mail channel with one recipient of its own in place of those it has. */
export function withRecipient(text: string, recipient: string): string {
  const url = new URL(text);
  url.searchParams.delete('to');
  url.searchParams.set('to', recipient);
  return url.href;
}
