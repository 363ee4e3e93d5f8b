import { BlockList, isIP } from 'node:net';

/** Ranges that are not the public internet (IANA special-purpose registries). */
const ranges: readonly (readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const blocked = new BlockList();
for (const [address, prefix, family] of ranges) blocked.addSubnet(address, prefix, family);

/** IPv4 inside IPv6: mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) addresses reach the IPv4 host they embed. */
const embedded = new BlockList();
embedded.addSubnet('::ffff:0:0', 96, 'ipv6');
embedded.addSubnet('64:ff9b::', 96, 'ipv6');

/**
 * Why a resolved address may not be called, or null. Private, loopback, link-local and reserved ranges are closed unless
 * the channel allows them; what is no address is closed always.
 */
export function blockedReason(address: string, allowPrivate: boolean): string | null {
  const family = isIP(address);
  if (family === 0) return `${address} is no IP address`;
  if (allowPrivate) return null;
  if (family === 4) return blocked.check(address, 'ipv4') ? `${address} is not a public address` : null;
  if (embedded.check(address, 'ipv6')) return blockedReason(embeddedAddress(address), allowPrivate);
  return blocked.check(address, 'ipv6') ? `${address} is not a public address` : null;
}

/** Last 32 bits of an IPv6 address in dotted form. */
function embeddedAddress(address: string): string {
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (last.includes('.')) return last;
  const words = address.split(':');
  const high = Number.parseInt(words.at(-2) || '0', 16);
  const low = Number.parseInt(last || '0', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Why an address as written may not be used at all, or null. */
export function urlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return 'is no URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be http or https';
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or password';
  return null;
}
