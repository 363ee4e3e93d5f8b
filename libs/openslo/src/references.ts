import type { Path, SourceObject } from './documents.js';
import type { Findings } from './findings.js';
import type { AlertConditionV1, AlertPolicyV1, Metric, Sli, SloV1 } from './schema-v1.js';
import type { ReadCondition } from './alert-policies.js';

export interface Named {
  readonly at: SourceObject;
  readonly kind: string;
  readonly value: { readonly metadata: { readonly name: string }; readonly spec?: unknown };
}

/** Looks names up among the objects of one set of files. */
export class References {
  readonly #byName = new Map<string, Named>();

  constructor(
    named: readonly Named[],
    private readonly findings: Findings,
  ) {
    for (const one of named) {
      const key = `${one.kind}/${one.value.metadata.name}`;
      if (this.#byName.has(key)) {
        findings.warning(one.at, ['metadata', 'name'], `${key} is there twice: the first is taken`);
      } else {
        this.#byName.set(key, one);
      }
    }
  }

  sli(at: SourceObject, path: Path, name: string): Sli | undefined {
    return this.#find<Sli>('SLI', at, path, name);
  }

  /** The type of a metric source: its own, or that of the data source it names. */
  typeOf(at: SourceObject, path: Path, { metricSource }: Metric): string {
    if (metricSource.metricSourceRef === undefined) return metricSource.type ?? '';
    const source = this.#byName.get(`DataSource/${metricSource.metricSourceRef}`)?.value.spec;
    if (metricSource.type !== undefined) return metricSource.type;
    if (typeof source === 'object' && source !== null && 'type' in source) return String(source.type);
    // Data sources are often kept apart from the objectives, for the secrets in them.
    this.findings.warning(
      at,
      [...path, 'metricSourceRef'],
      `no DataSource "${metricSource.metricSourceRef}" among the files`,
    );
    return '';
  }

  conditions(at: SourceObject, slo: SloV1): ReadCondition[] | undefined {
    return slo.spec.alertPolicies?.flatMap((entry, index) => {
      const path = ['spec', 'alertPolicies', index];
      const policy =
        'alertPolicyRef' in entry
          ? this.#find<AlertPolicyV1>('AlertPolicy', at, [...path, 'alertPolicyRef'], entry.alertPolicyRef)
          : entry;
      if (policy === undefined) return [];
      for (const target of policy.spec.notificationTargets) {
        if ('targetRef' in target) this.#checkTarget(at, path, target.targetRef);
      }
      const [given] = policy.spec.conditions;
      if (given === undefined) return [];
      const conditionPath = 'alertPolicyRef' in entry ? path : [...path, 'spec', 'conditions', 0, 'conditionRef'];
      const condition =
        'conditionRef' in given
          ? this.#find<AlertConditionV1>('AlertCondition', at, conditionPath, given.conditionRef)
          : given;
      return condition === undefined ? [] : [{ policy, condition }];
    });
  }

  /** A target may also be a channel of the platform, which no file declares. */
  #checkTarget(at: SourceObject, path: Path, name: string): void {
    if (this.#byName.has(`AlertNotificationTarget/${name}`)) return;
    this.findings.warning(at, path, `no AlertNotificationTarget "${name}" among the files`);
  }

  #find<T>(kind: string, at: SourceObject, path: Path, name: string): T | undefined {
    const found = this.#byName.get(`${kind}/${name}`);
    if (found === undefined) this.findings.error(at, path, `no ${kind} "${name}" among the files`);
    // The map is keyed by kind, and every value of a kind has passed that kind's schema.
    return found?.value as T | undefined;
  }
}
