import { type PrometheusRulesExport, prometheusRulesExport } from '@plimsoll/contract';
import { stringify } from 'yaml';
import { PlatformApi, type PlatformOptions } from './platform-api.js';

export interface PrometheusRulesOptions extends PlatformOptions {
  readonly objective?: string;
}

/** A rule file of Prometheus; what the rules cannot say stands above them as comments. */
export function ruleFile({ rules, notes }: PrometheusRulesExport): string {
  const head = [
    'Objectives as rules of Prometheus, in the names of sloth. Scrape /api/v1/prometheus/metrics.',
    ...notes,
  ];
  return `${head.map((line) => `# ${line}\n`).join('')}${stringify(rules, { lineWidth: 0 })}`;
}

export async function exportPrometheusRules(options: PrometheusRulesOptions): Promise<void> {
  const query = options.objective === undefined ? '' : `?objective=${encodeURIComponent(options.objective)}`;
  const answer = await new PlatformApi(options).call('GET', `/api/v1/prometheus/rules${query}`);
  process.stdout.write(ruleFile(prometheusRulesExport.parse(answer)));
}
