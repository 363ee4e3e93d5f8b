import { PlimsollError } from '@plimsoll/contract';

/**
 * An exact fraction. Targets and budgets are decimals such as 0.999, and 1 - 0.999 is not 0.001 in doubles;
 * a strict comparison against a threshold must not hang on that noise.
 */
export interface Rational {
  readonly over: bigint;
  /** Always positive. */
  readonly under: bigint;
}

export const one: Rational = { over: 1n, under: 1n };

/** Reads a plain decimal (`0.999`, `-12`, `1e-3`). @throws PlimsollError `invalid_input` naming the field. */
export function decimal(text: string, field = 'decimal'): Rational {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (match === null) {
    throw new PlimsollError('invalid_input', `${field}: "${text}" is not a decimal such as "0.99"`, { field });
  }
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = match;
  const digits = BigInt(sign + whole + fraction);
  const shift = Number(exponent) - fraction.length;
  return shift >= 0 ? reduce(digits * 10n ** BigInt(shift), 1n) : reduce(digits, 10n ** BigInt(-shift));
}

/** The exact value of a finite double. */
export function fromNumber(value: number): Rational {
  if (Number.isSafeInteger(value)) return { over: BigInt(value), under: 1n };
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
  let scaled = value;
  let shift = 0n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1n;
  }
  return reduce(BigInt(scaled), 1n << shift);
}

export function exact(value: number | Rational): Rational {
  return typeof value === 'number' ? fromNumber(value) : value;
}

export function fraction(over: bigint | number, under: bigint | number): Rational {
  const divisor = BigInt(under);
  if (divisor === 0n) throw new RangeError('division by zero');
  return divisor < 0n ? reduce(-BigInt(over), -divisor) : reduce(BigInt(over), divisor);
}

export function subtract(a: Rational, b: Rational): Rational {
  return reduce(a.over * b.under - b.over * a.under, a.under * b.under);
}

export function multiply(a: Rational, b: Rational): Rational {
  return reduce(a.over * b.over, a.under * b.under);
}

export function divide(a: Rational, b: Rational): Rational {
  return fraction(a.over * b.under, a.under * b.over);
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compare(a: Rational, b: Rational): number {
  const gap = a.over * b.under - b.over * a.under;
  return gap < 0n ? -1 : gap > 0n ? 1 : 0;
}

export function isZero(a: Rational): boolean {
  return a.over === 0n;
}

export function ceil(a: Rational): bigint {
  const quotient = a.over / a.under;
  return a.over % a.under > 0n ? quotient + 1n : quotient;
}

/** The nearest double (to within one rounding). */
export function toNumber(a: Rational): number {
  const largest = BigInt(Number.MAX_SAFE_INTEGER);
  const size = a.over < 0n ? -a.over : a.over;
  if (size <= largest && a.under <= largest) return Number(a.over) / Number(a.under);
  const bits = BigInt(Math.max(0, a.under.toString(2).length - size.toString(2).length + 70));
  const quotient = Number((size << bits) / a.under);
  const value = quotient * 2 ** -Number(bits);
  return a.over < 0n ? -value : value;
}

/** Rounded half away from zero to `places` decimals, without trailing zeros. */
export function toDecimalText(a: Rational, places: number): string {
  const scale = 10n ** BigInt(places);
  const size = a.over < 0n ? -a.over : a.over;
  const units = (size * scale * 2n + a.under) / (a.under * 2n);
  const fractionDigits = (units % scale).toString().padStart(places, '0').replace(/0+$/, '');
  const sign = a.over < 0n && units > 0n ? '-' : '';
  return `${sign}${units / scale}${fractionDigits === '' ? '' : `.${fractionDigits}`}`;
}

function reduce(over: bigint, under: bigint): Rational {
  const divisor = greatestCommonDivisor(over < 0n ? -over : over, under);
  return divisor > 1n ? { over: over / divisor, under: under / divisor } : { over, under };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let left = a;
  let right = b;
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}
