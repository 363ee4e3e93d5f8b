/** Words of a name that tell one deployment from another: `meta-llama/Llama-3.3-70B-Instruct` -> llama, 70b, ... */
function words(name: string): Set<string> {
  return new Set(
    name
      .toLowerCase()
      .split(/[^a-z0-9.]+/)
      .filter((word) => word.length > 1 && !/^\d+$/.test(word)),
  );
}

/**
 * Whether a pod's name looks like a deployment of a model: they share at least two words, or the model's only one.
 * A guess for pages that come without a declared pool; a pool that was declared on the target is never guessed.
 */
export function ownsModel(pod: string, model: string): boolean {
  const [ofPod, ofModel] = [words(pod), words(model)];
  const common = [...ofModel].filter((word) => ofPod.has(word)).length;
  return common >= 2 || (common === 1 && ofModel.size === 1);
}
