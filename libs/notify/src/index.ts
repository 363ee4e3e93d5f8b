export { blockedReason, urlProblem } from './address-guard.js';
export type { Channel, ChannelTarget, OutboundRequest, SendOptions, SendResult } from './channel.js';
export { channelOf, channels } from './channels/index.js';
export type {
  BudgetNotification,
  ChangeNotification,
  IncidentNotification,
  Notification,
  NotifiedIncident,
  TestNotification,
} from './notification.js';
export { withRecipient } from './mail-address.js';
export { nextDelayMs } from './retry-schedule.js';
export { runbookCall, type RunbookCall } from './runbook-call.js';
export { send } from './send.js';
export { signWebhook, verifyWebhook } from './signature.js';
