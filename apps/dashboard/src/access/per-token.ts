/** The price of one token from the price of a million. Exact: the point moves by six places in the text. */
export function perTokenOf(perMillion: string): string {
  const [whole = '0', fraction = ''] = perMillion.split('.');
  const digits = (whole + fraction).padStart(fraction.length + 7, '0');
  const point = digits.length - 6 - fraction.length;
  const text = `${digits.slice(0, point)}.${digits.slice(point)}`;
  return text.replace(/^0+(?=\d)/, '').replace(/\.?0+$/, '');
}
