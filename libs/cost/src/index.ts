export {
  displayMoney,
  divideHalfEven,
  MONEY_SCALE,
  parseDecimal,
  parseMoney,
  PRICE_SCALE,
  printDecimal,
  printMoney,
} from './money.js';
export { splitAmount } from './split.js';
export {
  checkBuckets,
  disjointBuckets,
  normalizeUsage,
  sumBuckets,
  type InclusiveUsage,
  type NormalUsage,
  type UsageBuckets,
} from './usage.js';
export { bookOf, listPrices, withOverrides, type PriceBook } from './price-book/book.js';
export { loadShippedPriceBook, shippedPriceBookFile } from './price-book/shipped.js';
export { canonicalProvider } from './price-book/providers.js';
export { priceSpan, type PricedSpan, type PriceLine, type PriceSpanInput } from './price.js';
export { type PriceCard, priceCards } from './price-card.js';
export { DEFAULT_OUTPUT_WEIGHT, splitGpuWindow, type GpuSplit, type GpuWindow, type TokenWork } from './gpu-hour.js';
export {
  cohortAsOf,
  cohortFigures,
  type Cohort,
  type CohortFigures,
  type CohortTrace,
  type OutcomeCounts,
  type OutcomeEvent,
  type OutcomeStatus,
} from './outcomes.js';
export { forecastCost, type CostForecast } from './forecast.js';
export { budgetDay, budgetPace, budgetPeriodName, budgetWords, passedMarks, type BudgetSpending } from './budget.js';
export { costAnomaly, decomposeCost, type CostAnomaly, type CostDecomposition, type CostDrivers } from './anomaly.js';
export { csvLine, focusColumns, focusHeader, focusLine, focusRow, type FocusCharge, type FocusRow } from './focus.js';
export { costEvalInput, costEvalOutput, evaluateCost, type CostEvaluation } from './evaluate.js';
