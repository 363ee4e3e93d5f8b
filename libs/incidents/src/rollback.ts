/** Kinds whose `to` names a version that can come back. */
const versioned: readonly string[] = ['prompt', 'model', 'route', 'params', 'retrieval', 'tool', 'release', 'scorer'];

/**
 * True when a change goes back: its version differs from the one before it and equals an older one.
 * @param earlier versions of the same kind, feature and dimension, oldest first; the last is the one before.
 */
export function isRollback(kind: string, to: string, earlier: readonly string[]): boolean {
  return versioned.includes(kind) && to !== '' && earlier.at(-1) !== to && earlier.includes(to);
}
