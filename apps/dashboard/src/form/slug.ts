/** A stable name made from a readable one: `First token in 1 s` to `first-token-in-1-s`. */
export function slugOf(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-+|-+$/g, '').slice(0, 80);
}
