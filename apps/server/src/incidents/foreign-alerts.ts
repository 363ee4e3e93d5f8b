import type { alertmanagerHookBody, changeCreate } from '@plimsoll/contract';
import type { z } from 'zod';

type Body = z.output<typeof alertmanagerHookBody>;

/** An alert of another system, as a change that incidents of its feature show beside their own. */
export interface ForeignAlert {
  /** The same for every repetition of one firing. */
  readonly name: string;
  readonly change: z.output<typeof changeCreate>;
  /** Milliseconds since the epoch; null while it fires. */
  readonly resolvedAt: number | null;
}

/** Alerts that this platform sends itself come back by the same receiver. */
const ownAlerts: readonly (string | undefined)[] = ['PlimsollObjective', 'PlimsollTest'];

/**
 * Alerts of an Alertmanager webhook, body version 4. Its label `feature` (or the hook's) says which incidents it concerns.
 * @param now milliseconds since the epoch, for an alert without a readable start
 */
export function foreignAlertsOf({ alerts }: Body, feature: string | undefined, now: number): ForeignAlert[] {
  return alerts.flatMap(({ labels, annotations, startsAt, endsAt, status, fingerprint, generatorURL }) => {
    const alertname = labels['alertname'];
    if (ownAlerts.includes(alertname)) return [];
    const start = instantOf(startsAt) ?? now;
    const concerned = labels['feature'] ?? feature;
    const subject = labels['instance'] ?? labels['service'] ?? labels['job'];
    const summary = annotations['summary'] ?? annotations['description'];
    const name = [alertname ?? 'unnamed', subject].filter((part) => part !== undefined).join(' on ');
    const title = `alert ${name}${summary === undefined ? '' : `: ${summary}`}`;
    return [
      {
        name: `alertmanager ${fingerprint ?? identityOf(labels)} ${start}`,
        change: {
          kind: 'other' as const,
          at: new Date(start).toISOString(),
          title: title.slice(0, 300),
          actor: 'alertmanager',
          ...(concerned === undefined ? {} : { feature: concerned.slice(0, 200) }),
          ...(URL.canParse(generatorURL ?? '') ? { link: generatorURL ?? '' } : {}),
        },
        resolvedAt: status === 'resolved' ? (instantOf(endsAt) ?? now) : null,
      },
    ];
  });
}

/** Labels tell alerts apart where the sender gives no fingerprint. */
const identityOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Null for what is no time, and for Go's zero time, which stands for an open end. */
function instantOf(text: string | null | undefined): number | null {
  const milliseconds = Date.parse(text ?? '');
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? null : milliseconds;
}
