import type { ObjectiveSummary } from '@plimsoll/contract';

/** What a badge tells, and nothing else of an objective. */
export type BadgeFacts = Pick<ObjectiveSummary, 'name' | 'status'> & { readonly remaining: number | null };

const colors: Readonly<Record<ObjectiveSummary['status'], string>> = {
  met: '#2b7a3d',
  at_risk: '#8a6100',
  breached: '#b3261e',
  uncertain: '#5b6470',
  insufficient: '#5b6470',
  no_traffic: '#5b6470',
  no_data: '#5b6470',
};

const withoutBudget: Readonly<Partial<Record<ObjectiveSummary['status'], string>>> = {
  insufficient: 'too few samples',
  no_traffic: 'no traffic',
  no_data: 'no data',
};

const height = 20;
const padding = 7;
/** Mean advance of a character at this size; the text is fitted to it, whatever font is there. */
const fontSize = 11;
const advance = 6.4;
const longestName = 60;

/** What is left of the budget in words; the colour repeats it and never says it alone. */
export function badgeText({ status, remaining }: BadgeFacts): string {
  const instead = withoutBudget[status];
  if (instead !== undefined) return instead;
  if (remaining === null) return 'budget unknown';
  const share = `${Math.abs(Number((remaining * 100).toPrecision(3)))} %`;
  return `${remaining < 0 ? `${share} over budget` : `${share} of budget left`}${status === 'uncertain' ? ', not sure' : ''}`;
}

/** The budget of an objective as a picture of its own (SVG) for pages elsewhere: no script, no font, no address in it. */
export function budgetBadge(facts: BadgeFacts): string {
  const characters = Array.from(facts.name);
  const name = escaped(
    characters.length > longestName ? `${characters.slice(0, longestName - 1).join('')}…` : facts.name,
  );
  const said = badgeText(facts);
  const nameWidth = Math.round(Math.min(characters.length, longestName) * advance);
  const saidWidth = Math.round(said.length * advance);
  const left = nameWidth + 2 * padding;
  const width = left + saidWidth + 2 * padding;
  const text = (x: number, length: number, words: string): string =>
    `<text x="${x}" y="14" textLength="${length}" lengthAdjust="spacingAndGlyphs">${words}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${name}: ${said}">`,
    `<title>${name}: ${said}</title>`,
    `<rect width="${width}" height="${height}" rx="3" fill="${colors[facts.status]}"/>`,
    `<path d="M3 0h${left - 3}v${height}H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#333b45"/>`,
    `<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="${fontSize}">`,
    `${text(padding, nameWidth, name)}${text(left + padding, saidWidth, said)}</g></svg>`,
  ].join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters may not stand in XML at all. */
function escaped(words: string): string {
  return words.replaceAll(/\p{Cc}|\p{Cs}/gu, ' ').replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
