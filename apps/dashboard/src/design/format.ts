/** What is shown where there is no value. Never 0: a missing figure is not a small one. */
export const noValue = '-';

type Maybe = number | null | undefined;

function missing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || !Number.isFinite(value);
}

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** Three significant digits, without an exponent and without trailing noise: 0.0123, 1.24, 61.4, 912. */
export function formatSignificant(value: Maybe, digits = 3): string {
  if (missing(value)) return noValue;
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(8, Math.max(0, digits - 1 - magnitude));
  return value.toLocaleString('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Whole counts with separators: 4,310. */
export function formatCount(value: Maybe): string {
  return missing(value) ? noValue : grouped.format(value);
}

/** Counts where space is short: 2.1M. */
export function formatCompact(value: Maybe): string {
  if (missing(value)) return noValue;
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return grouped.format(value);
  return Math.abs(value) < 10_000 ? formatSignificant(value, Math.abs(value) >= 1000 ? 4 : 3) : compact.format(value);
}

/** A share in [0,1] as per cent. Targets such as 0.999 keep their digits. */
export function formatPercent(share: Maybe, decimals?: number): string {
  if (missing(share)) return noValue;
  const percent = share * 100;
  if (decimals !== undefined) return `${percent.toFixed(decimals)} %`;
  const digits = Math.abs(percent) >= 99 && Math.abs(percent) < 100 ? 4 : 3;
  return `${trimZeros(formatSignificant(percent, digits))} %`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A latency or a short span of time, given in milliseconds: 340 ms, 1.24 s, 2 min 5 s. */
export function formatLatency(ms: Maybe): string {
  if (missing(ms)) return noValue;
  if (Math.abs(ms) < 1000) return `${formatSignificant(ms)} ms`;
  if (Math.abs(ms) < 60_000) return `${formatSignificant(ms / 1000)} s`;
  return formatDuration(ms);
}

/** A duration, given in milliseconds, in its two largest units: 1 h 24 min, 3 d 4 h. */
export function formatDuration(ms: Maybe): string {
  if (missing(ms)) return noValue;
  const sign = ms < 0 ? '-' : '';
  const seconds = Math.round(Math.abs(ms) / 1000);
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of units.slice(first, first + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount} ${unit}`);
  }
  return sign + parts.join(' ');
}

/**
 * Money from an exact decimal string. Amounts of a cent or more get cents, smaller ones four significant decimals.
 * The string is never turned into a sum here: totals come from the server.
 */
export function formatMoney(amount: string | null | undefined, currency: string | null | undefined): string {
  if (amount === null || amount === undefined) return noValue;
  const value = Number(amount);
  if (!Number.isFinite(value)) return noValue;
  const size = Math.abs(value);
  const decimals = size === 0 || size >= 1 ? 2 : size >= 0.1 ? 3 : size >= 0.001 ? 4 : 6;
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: currency || 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  // A call that cost something is never shown as one that cost nothing.
  return size > 0 && size < 5e-7 ? `<${format.format(1e-6)}` : format.format(value);
}

/** Money for tiles: no cents from a thousand up. */
export function formatMoneyShort(amount: string | null | undefined, currency: string | null | undefined): string {
  if (amount === null || amount === undefined || Math.abs(Number(amount)) < 1000) return formatMoney(amount, currency);
  return new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: currency || 'USD',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 0,
  }).format(Number(amount));
}

/** A change in points of per cent: +31 pt. */
export function formatPoints(difference: Maybe): string {
  if (missing(difference)) return noValue;
  return `${difference > 0 ? '+' : ''}${formatSignificant(difference * 100, 2)} pt`;
}

export function formatSigned(value: Maybe, format: (value: number) => string): string {
  if (missing(value)) return noValue;
  return (value > 0 ? '+' : '') + format(value);
}

/** How a value of a unit is written beside axes and in cells. */
export function formatBytes(bytes: Maybe): string {
  if (missing(bytes)) return noValue;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatSignificant(value)} ${units[unit]}`;
}

/** First characters of an id; the full one is in the title and in the copy button. */
export function shortId(id: string, length = 8): string {
  return id.length <= length + 1 ? id : `${id.slice(0, length)}…`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A score in [0,1] as people quote it: 0.73. */
export function formatScore(value: Maybe): string {
  return missing(value) ? noValue : value.toFixed(2);
}
