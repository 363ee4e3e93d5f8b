import { PlimsollError } from '@plimsoll/contract';

/** Digits after the point of a stored amount: an amount is a BigInt count of 1e-12 (pico) currency units. */
export const MONEY_SCALE = 12;
/** Digits after the point of a unit price, as in Decimal(38,18). */
export const PRICE_SCALE = 18;

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Quotient of two integers, rounded half to even. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new PlimsollError('invalid_input', 'division by zero');
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  let quotient = n / d;
  const twice = (n % d) * 2n;
  if (twice > d || (twice === d && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/**
 * Reads a decimal or JSON number lexeme (`0.0123`, `7.5e-8`) as an integer count of 10^-scale, rounded half to even.
 * @throws PlimsollError `invalid_input` naming `field` when the text is no finite decimal number.
 */
export function parseDecimal(text: string, scale: number, field = 'amount'): bigint {
  const match = decimalPattern.exec(text);
  const digits = match === null ? '' : (match[2] ?? '') + (match[3] ?? '');
  if (match === null || digits === '' || digits.length > 60) {
    throw new PlimsollError('invalid_input', `${field}: "${text.slice(0, 40)}" is not a decimal number`, { field });
  }
  const shift = scale + Number(match[4] ?? 0) - (match[3] ?? '').length;
  const magnitude =
    shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : divideHalfEven(BigInt(digits), 10n ** BigInt(-shift));
  return match[1] === '-' ? -magnitude : magnitude;
}

/** The shortest exact decimal string of an integer count of 10^-scale: no exponent, no trailing zeros. */
export function printDecimal(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Money as an integer count of 1e-12; more digits are rounded half to even. */
export function parseMoney(text: string, field = 'amount'): bigint {
  return parseDecimal(text, MONEY_SCALE, field);
}

/** The exact decimal string of an amount in 1e-12 units. */
export function printMoney(amount: bigint): string {
  return printDecimal(amount, MONEY_SCALE);
}

/** An amount in 1e-12 units rounded half to even for reading, always with `places` digits. */
export function displayMoney(amount: bigint, places = 2): string {
  const rounded = divideHalfEven(amount, 10n ** BigInt(MONEY_SCALE - places));
  const digits = (rounded < 0n ? -rounded : rounded).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${rounded < 0n ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(digits.length - places)}`}`;
}
