/** Hosts that may be scraped: names, `*.suffix`, addresses, `address/bits`, or `*` for all but the forbidden ones. */
export interface ScrapeAllowList {
  entries: readonly string[];
}

export function readScrapeAllowList(text: string): ScrapeAllowList {
  return {
    entries: text
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ''),
  };
}

const ipv4Pattern = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

function isIpv4(text: string): boolean {
  return ipv4Pattern.test(text);
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** IPv4 inside IPv6 (`::ffff:169.254.1.1`) counts as what it is. */
function unmapped(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (hex === null) return address.toLowerCase();
  const [high, low] = [Number.parseInt(hex[1] ?? '0', 16), Number.parseInt(hex[2] ?? '0', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function inRange(address: string, range: string): boolean {
  const [base = '', bitsText] = range.split('/');
  if (bitsText === undefined) return address === base;
  if (!isIpv4(address) || !isIpv4(base)) return false;
  const bits = Number(bitsText);
  if (!Number.isInteger(bits) || bits < 0 || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(ipv4Number(address) / size) === Math.floor(ipv4Number(base) / size);
}

/** Link-local, metadata, unspecified and multicast addresses: nothing that may be scraped lives there. */
const forbidden = ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '100.100.100.200', '168.63.129.16', '192.0.0.192'];

function isForbidden(address: string): boolean {
  if (isIpv4(address)) return forbidden.some((range) => inRange(address, range));
  return /^(?:::|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|fd00:ec2:)/.test(address) && address !== '::1';
}

/**
 * Why an address must not be connected to for this host, or null when it may. Called with every address that the name
 * resolves to, and the connection is made to the checked address, so that a name cannot point elsewhere afterwards.
 */
export function refuseScrapeAddress(allow: ScrapeAllowList, host: string, resolved: string): string | null {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const address = unmapped(resolved);
  const listed = allow.entries.some((entry) => {
    if (entry === '*' || entry === name) return true;
    if (entry.startsWith('*.')) return name.endsWith(entry.slice(1));
    return inRange(address, entry);
  });
  if (!listed) return `${name} is not in PLIMSOLL_SCRAPE_ALLOW`;
  const explicit = allow.entries.includes(address);
  return isForbidden(address) && !explicit ? `${address} is a link-local, metadata or multicast address` : null;
}
