import type { ObjectiveWrite } from '@plimsoll/contract';

type Filter = ObjectiveWrite['filter'];

/** A filter as one types it: `customer=globex|initech, metadata.tier=gold`; the feature has a field of its own. */
export function filterText(filter: Filter): string {
  return Object.entries(filter)
    .flatMap(([name, values]) => (name === 'feature' || values === undefined ? [] : [`${name}=${values.join('|')}`]))
    .join(', ');
}

/** What is not `name=value` is left out; null when that leaves something unsaid. */
export function filterOfText(text: string, present: Filter): Filter | null {
  const filter: Record<string, string[]> = {};
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    const values = part
      .slice(at + 1)
      .split('|')
      .map((value) => value.trim());
    if (at < 1 || name === '' || values.every((value) => value === '')) return null;
    filter[name] = values;
  }
  return present.feature === undefined ? filter : { ...filter, feature: present.feature };
}
