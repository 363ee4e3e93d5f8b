import { detectors, type MaskingPolicy, maskText } from '@plimsoll/masking';

const policy: MaskingPolicy = { detectors, dropContent: false, nameKey: new Uint8Array() };

/** What is told of a refusal, as it may be stored: values of headers stand in it, so it is masked for every project. */
export function maskRefusal(text: string): string {
  return maskText(text, policy).text;
}
