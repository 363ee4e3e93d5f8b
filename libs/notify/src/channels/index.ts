import type { Channel } from '../channel.js';
import { alertmanager } from './alertmanager.js';
import { email } from './email.js';
import { pagerduty } from './pagerduty.js';
import { slack } from './slack.js';
import { webhook } from './webhook.js';

/** Every channel there is; the API's list, the form of the dashboard and the contract test come from it. */
export const channels: readonly Channel[] = [webhook, slack, pagerduty, alertmanager, email];

export const channelOf = (id: string): Channel | undefined => channels.find((channel) => channel.id === id);
