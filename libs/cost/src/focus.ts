import type { TokenBucket } from '@plimsoll/contract';
import { printMoney } from './money.js';

/** FOCUS 1.2: the 21 mandatory columns, then the optional ones that we fill, then our own. */
export const focusColumns = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ContractedCost',
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
  'ChargeFrequency',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedUnitPrice',
  'ListUnitPrice',
  'PricingCategory',
  'RegionId',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'SkuId',
  'SkuPriceId',
  'SkuMeter',
  'SkuPriceDetails',
  'SubAccountId',
  'SubAccountName',
  'Tags',
  'x_Feature',
  'x_Team',
  'x_Customer',
  'x_PromptVersion',
  'x_Model',
  'x_ServiceTier',
  'x_Outcomes',
  'x_OutcomesSuccessful',
  'x_AllocationMethod',
  'x_PriceFallback',
] as const;
export type FocusColumn = (typeof focusColumns)[number];

/** What one day, one key and one bucket cost. */
export interface FocusCharge {
  /** UTC day, `2026-11-03`. */
  day: string;
  kind: 'tokens' | 'gpu' | 'gpu_idle' | 'correction';
  cost: bigint;
  /** Tokens, or GPU hours as a decimal. */
  quantity: string;
  /** Null for a charge of a whole call whose buckets were not kept apart. */
  bucket: TokenBucket | null;
  unitPrice: string | null;
  projectId: string;
  projectName: string;
  provider: string;
  model: string;
  serviceTier: string;
  feature: string | null;
  team: string | null;
  customer: string | null;
  promptVersion: string | null;
  environment: string | null;
  outcomes: number | null;
  outcomesSuccessful: number | null;
  allocationMethod: string;
  priceFallback: boolean;
}

export type FocusRow = Record<FocusColumn, string>;

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString();
}

function monthAfter(day: string): string {
  const date = new Date(day);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)).toISOString();
}

const resourceTypes = { tokens: 'Model', gpu: 'GPU', gpu_idle: 'Idle GPU', correction: 'Model' } as const;

/** One FOCUS 1.2 row; times are half-open UTC periods, nulls are empty. */
export function focusRow(charge: FocusCharge): FocusRow {
  const gpu = charge.kind === 'gpu' || charge.kind === 'gpu_idle';
  const cost = printMoney(charge.cost);
  const unit = gpu ? 'Hours' : 'Tokens';
  const price = charge.unitPrice ?? '';
  const sku = [charge.provider, charge.model, charge.bucket ?? 'all', charge.serviceTier].join('/');
  const what = gpu
    ? charge.kind === 'gpu_idle'
      ? 'Idle GPU time'
      : 'GPU time'
    : `Tokens ${charge.bucket ?? 'of all kinds'}`;
  const tags: Record<string, string> = {};
  if (charge.environment !== null) tags['environment'] = charge.environment;
  return {
    BilledCost: cost,
    BillingAccountId: charge.projectId,
    BillingAccountName: charge.projectName,
    BillingCurrency: 'USD',
    BillingPeriodStart: `${charge.day.slice(0, 7)}-01T00:00:00.000Z`,
    BillingPeriodEnd: monthAfter(charge.day),
    ChargeCategory: 'Usage',
    ChargeClass: charge.kind === 'correction' ? 'Correction' : '',
    ChargeDescription: `${what} of ${charge.model} (estimated from prices, not invoiced)`,
    ChargePeriodStart: `${charge.day}T00:00:00.000Z`,
    ChargePeriodEnd: nextDay(charge.day),
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceIssuerName: charge.provider,
    ListCost: cost,
    PricingQuantity: charge.quantity,
    PricingUnit: unit,
    ProviderName: charge.provider,
    PublisherName: charge.provider,
    ServiceCategory: gpu ? 'Compute' : 'AI and Machine Learning',
    ServiceName: charge.model,
    ServiceSubcategory: gpu ? 'Virtual Machines' : 'Generative AI',
    ChargeFrequency: 'Usage-Based',
    ConsumedQuantity: charge.quantity,
    ConsumedUnit: unit,
    ContractedUnitPrice: price,
    ListUnitPrice: price,
    PricingCategory: 'Standard',
    RegionId: '',
    ResourceId: charge.model,
    ResourceName: charge.model,
    ResourceType: resourceTypes[charge.kind],
    SkuId: sku,
    SkuPriceId: sku,
    SkuMeter: charge.bucket ?? '',
    SkuPriceDetails: '',
    SubAccountId: charge.customer ?? '',
    SubAccountName: charge.customer ?? '',
    Tags: JSON.stringify(tags),
    x_Feature: charge.feature ?? '',
    x_Team: charge.team ?? '',
    x_Customer: charge.customer ?? '',
    x_PromptVersion: charge.promptVersion ?? '',
    x_Model: charge.model,
    x_ServiceTier: charge.serviceTier,
    x_Outcomes: charge.outcomes === null ? '' : String(charge.outcomes),
    x_OutcomesSuccessful: charge.outcomesSuccessful === null ? '' : String(charge.outcomesSuccessful),
    x_AllocationMethod: charge.allocationMethod,
    x_PriceFallback: String(charge.priceFallback),
  };
}

/** One CSV line after RFC 4180. A leading formula character is defused, because these files are opened in sheets. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function focusHeader(): string {
  return csvLine(focusColumns);
}

export function focusLine(charge: FocusCharge): string {
  const row = focusRow(charge);
  return csvLine(focusColumns.map((column) => row[column]));
}
