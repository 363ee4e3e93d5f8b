import { type Channel, retriesOnServerFault } from '../channel.js';
import { mailAddressProblem } from '../mail-address.js';
import type { MailBody } from '../send-mail.js';
import { facts, headline, type Notification, type NotificationKind } from '../notification.js';

/** People read mail one by one: the turns that matter, as in a chat. */
const told: readonly NotificationKind[] = [
  'opened',
  'severity_raised',
  'reopened',
  'resolved',
  'escalated',
  'split',
  'budget_crossed',
  'digest',
];

/** Plain text by SMTP. The address names server, sender and recipients; see `mail-address.ts`. */
export const email: Channel = {
  id: 'email',
  title: 'E-mail',
  secret: { name: 'SMTP password', required: false },
  defaultUrl: null,
  renewEveryMs: null,
  retries: retriesOnServerFault,
  addressProblem: mailAddressProblem,
  compose(notification, { url, secrets }) {
    const message = messageOf(notification);
    if (message === null) return null;
    // The same at every attempt: a mailbox shows a repeated message once.
    const messageId = `<${notification.id}@plimsoll>`;
    const subject = message.subject.replaceAll(/[\r\n]+/g, ' ');
    const body: MailBody = { messageId, subject, text: message.text };
    return { url, headers: {}, body: JSON.stringify(body), password: secrets[0] };
  },
};

function messageOf(notification: Notification): { subject: string; text: string } | null {
  const { project } = notification;
  if (notification.type === 'test') {
    const subject = `Plimsoll test: ${project.name} can reach ${notification.channelName}`;
    return { subject, text: `${subject}.\n` };
  }
  if (notification.type === 'change') {
    const { title, link } = notification.change;
    return { subject: `Change: ${title}`, text: `${[title, link].filter((line) => line !== null).join('\n')}\n` };
  }
  if (notification.type === 'budget') {
    const { text, url } = notification.budget;
    return { subject: text, text: `${[`${text}.`, url].filter((line) => line !== null).join('\n')}\n` };
  }
  if (!told.includes(notification.kind)) return null;
  const { incident } = notification;
  const lines = [
    incident.title,
    '',
    ...facts(incident),
    ...incident.whyFired,
    '',
    `${project.name} | ${incident.objective}`,
  ];
  return { subject: headline(notification), text: `${[...lines, incident.url ?? ''].join('\n').trimEnd()}\n` };
}
