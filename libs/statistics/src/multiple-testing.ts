/** Benjamini-Hochberg adjusted p-values, in the order given: the false discovery rate at which each would be reported. */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((x, y) => y.p - x.p);
  const adjusted = pValues.map(() => 1);
  let smallest = 1;
  order.forEach(({ p, index }, position) => {
    smallest = Math.min(smallest, (p * pValues.length) / (pValues.length - position));
    adjusted[index] = smallest;
  });
  return adjusted;
}
