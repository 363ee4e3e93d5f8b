import type { ChannelTarget, OutboundRequest } from './channel.js';
import { signWebhook } from './signature.js';

export interface RunbookCall {
  /** Id of the run: a receiver that has seen it does nothing again. */
  readonly id: string;
  readonly action: string;
  readonly actor: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly incident: { readonly id: string; readonly reference: string; readonly title: string };
  readonly project: { readonly id: string; readonly name: string };
}

/** The request of a runbook's action, with Standard Webhooks headers. `now` in milliseconds since the epoch. */
export function runbookCall(target: ChannelTarget, call: RunbookCall, now: number): OutboundRequest {
  const { id, ...data } = call;
  const body = JSON.stringify({ type: 'runbook.action', timestamp: new Date(now).toISOString(), data });
  const timestamp = Math.floor(now / 1000);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
  };
  if (target.secrets.length > 0) headers['webhook-signature'] = signWebhook(target.secrets, id, timestamp, body);
  return { url: target.url, headers, body };
}
