import type { Notification } from './notification.js';

/** Where a channel sends to. Secrets come decrypted and are never logged. */
export interface ChannelTarget {
  /** Address of the receiver; a channel with a fixed one takes an empty string. */
  readonly url: string;
  /** Newest first; two while a secret is being rotated. */
  readonly secrets: readonly string[];
}

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For SMTP, which has no headers to carry it. */
  readonly password?: string | undefined;
}

export interface SendOptions {
  /** Lets this request reach private and loopback addresses. */
  readonly allowPrivate: boolean;
  readonly timeoutMs?: number;
}

export interface SendResult {
  readonly status: number;
  /** The first four kilobytes, for the health page and for what a receiver says in words. */
  readonly body: string;
  readonly retryAfterSeconds: number | undefined;
}

/** What a receiver that answers in words of its own said. */
export interface Answer {
  /** What it calls the message, so that the message can be edited and answered to. */
  readonly receipt: string | null;
  /** Why it took nothing, though it answered with a success. */
  readonly error: string | null;
  /** Whether the same is worth another try. */
  readonly again: boolean;
}

/** One way of telling people. A channel is a file in `channels/` and a line in its index. */
export interface Channel {
  readonly id: string;
  readonly title: string;
  /** Whether it needs a secret, and what that is called. */
  readonly secret: { readonly name: string; readonly required: boolean } | null;
  readonly defaultUrl: string | null;
  /** Milliseconds after which an open incident is told again, for receivers that forget; null for all others. */
  readonly renewEveryMs: number | null;
  /** Why an address is none for this channel, or null; absent: it must be a web address. */
  readonly addressProblem?: (url: string) => string | null;
  /** The request for a notification at an instant (milliseconds since the epoch); null when this channel has no word for it. */
  compose(notification: Notification, target: ChannelTarget, now: number): OutboundRequest | null;
  /**
   * What follows of an incident whose first message has this receipt, in order; null where the channel keeps no message.
   * All of them are sent again when one fails: those that may not be repeated come last.
   */
  readonly follow?: (notification: Notification, target: ChannelTarget, receipt: string) => OutboundRequest[] | null;
  /** Absent: the status says everything. */
  readonly readAnswer?: (body: string) => Answer;
  /** Why an address needs a secret though the channel does not, or null. */
  readonly secretProblem?: (url: string) => string | null;
  /** Least milliseconds between two messages to one channel; absent: no limit. */
  readonly paceMs?: number;
  /** Whether a refusal with this status is worth another try. 410 never is: it disables the channel. */
  retries(status: number): boolean;
}

/** What most receivers mean: overload and their own faults pass, everything else would be refused again. */
export const retriesOnServerFault = (status: number): boolean => status === 429 || status >= 500;
