/** Scrapes for which the last owner is held: exporters lose pod labels in bursts. */
const HELD_SCRAPES = 3;

/** Who holds a device, from the pod labels of its scrapes, oldest first; null for nobody. */
export function ownerOf(pods: readonly (string | null)[]): string | null {
  for (const pod of pods.slice(-(HELD_SCRAPES + 1)).reverse()) if (pod !== null && pod !== '') return pod;
  return null;
}

/** Share of a whole device: `3g.40gb` of an H100 has 3 of its 7 compute slices. */
export function migShare(profile: string | null): { slices: number; of: number } {
  const slices = Number(/^(\d)g\./.exec(profile ?? '')?.[1] ?? 7);
  return { slices: Math.min(7, Math.max(1, slices)), of: 7 };
}
