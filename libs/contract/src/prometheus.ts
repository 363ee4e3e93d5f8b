import { z } from 'zod';
import { slug, type Route } from './http.js';

/** A recording rule has `record`, an alerting rule `alert`. */
export const prometheusRule = z.object({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type PrometheusRule = z.infer<typeof prometheusRule>;

export const prometheusRuleGroup = z.object({ name: z.string(), rules: z.array(prometheusRule) });
export type PrometheusRuleGroup = z.infer<typeof prometheusRuleGroup>;

export const prometheusRulesQuery = z.strictObject({ objective: slug.optional() });
/** `rules` is what a rule file of Prometheus holds. */
export const prometheusRulesExport = z.object({
  rules: z.object({ groups: z.array(prometheusRuleGroup) }),
  /** What the rules cannot say, a sentence each. */
  notes: z.array(z.string()),
});
export type PrometheusRulesExport = z.infer<typeof prometheusRulesExport>;

export const prometheusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/prometheus/rules',
    summary: 'Objectives as recording and alerting rules, as sloth writes them',
    tag: 'slo',
    scope: 'read',
    query: prometheusRulesQuery,
    response: prometheusRulesExport,
  },
  {
    method: 'GET',
    path: '/api/v1/prometheus/metrics',
    summary: 'Counters of events and bad events of each objective, for Prometheus to scrape',
    tag: 'slo',
    scope: 'read',
    response: z.string(),
    produces: 'text/plain',
  },
];
