import type { CanonicalSpan } from '@plimsoll/contract';
import { parseMoney, type PriceBook } from '@plimsoll/cost';
import type { MaskingPolicy } from '@plimsoll/masking';
import { changedFields, maskSpan, type RemappedField, remapSpan } from '@plimsoll/otlp';
import type { StoredSpanRow } from './remap.queries.js';
import { priceCall, type SpanRow } from './span-row.js';
import { priceOfStored, spanOfStored } from './stored-span.js';

export interface RemapOwner {
  readonly project: string;
  readonly book: PriceBook;
  /** What the project takes out of content; null where nothing is masked. */
  readonly policy: MaskingPolicy | null;
}

/** What mapping a stored span again comes to; `row` is its new copy. */
export type Remapped =
  | { readonly outcome: 'same' | 'not_mappable' }
  | { readonly outcome: 'changed'; readonly fields: readonly (RemappedField | 'cost')[]; readonly row: SpanRow };

const priceInputs: readonly RemappedField[] = ['provider', 'requestModel', 'responseModel', 'serviceTier', 'tokens'];
/** Judged by the price that they make, see `reported`. */
const priceReports: readonly RemappedField[] = ['reportedCost', 'reportedCurrency'];

/**
 * Maps one stored span again. Its price stands unless something that it rests on has changed: prices of today restate no
 * cost of the past. With masking only what is missing is filled, and masked like anything that is stored.
 */
export function remapRow(stored: StoredSpanRow, { project, book, policy }: RemapOwner): Remapped {
  const isBlanked = Object.keys(stored.attributes).length === 0;
  if (stored.erased === 1 || isBlanked) return { outcome: 'not_mappable' };
  const before = spanOfStored(stored);
  const mapped = remapSpan(before, policy !== null);
  const touched = changedFields(before, mapped);
  const after = policy === null ? mapped : withMasked(before, mapped, touched, policy);
  const mappedAnew = changedFields(before, after).filter((field) => !priceReports.includes(field));
  const isRepriced = mappedAnew.some((field) => priceInputs.includes(field)) || reported(before) !== reported(after);
  const priced = isRepriced ? priceCall(after, Number(after.time / 1_000_000n), book) : priceOfStored(stored);
  const costs = isRepriced && priced.cost !== priceOfStored(stored).cost;
  const fields = [...mappedAnew, ...(costs ? (['cost'] as const) : [])];
  if (fields.length === 0) return { outcome: 'same' };
  return { outcome: 'changed', fields, row: Object.assign(after, { project, priced, expiresOn: stored.expires }) };
}

/** Only what changed is masked: the rest is stored already, masked as it was then. */
function withMasked(
  before: CanonicalSpan,
  mapped: CanonicalSpan,
  touched: readonly RemappedField[],
  policy: MaskingPolicy,
): CanonicalSpan {
  const { span: masked } = maskSpan(mapped, policy);
  const after = { ...before, unmapped: mapped.unmapped };
  for (const field of touched) copyField(after, masked, field);
  return after;
}

function copyField<Field extends RemappedField>(into: CanonicalSpan, from: CanonicalSpan, field: Field): void {
  into[field] = from[field];
}

/** A reported cost in units of 1e-12; a client that reports 0 beside tokens knows no price. */
function reported({ reportedCost, tokens }: CanonicalSpan): bigint | null {
  if (reportedCost === null) return null;
  const cost = parseMoney(reportedCost, 'cost');
  const spent = tokens !== null && Object.values(tokens).some((count) => count > 0);
  return cost === 0n && spent ? null : cost;
}
