import { Button } from '@mantine/core';
import type { notificationChannel } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { z } from 'zod';
import { useCall } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { formatCount } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import { given, type Field, type FormValues } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { announce, announceFailure } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { mailAddress } from './mail-address.js';

type Channel = z.infer<typeof notificationChannel>;

const kinds = [
  { value: 'webhook', label: 'Webhook' },
  { value: 'slack', label: 'Slack' },
  { value: 'pagerduty', label: 'PagerDuty' },
  { value: 'alertmanager', label: 'Alertmanager' },
  { value: 'email', label: 'E-mail (SMTP)' },
];
const kindLabels = new Map(kinds.map(({ value, label }) => [value, label]));
const secretNames: Record<string, string> = {
  webhook: 'Signing secret',
  slack: 'Bot token',
  pagerduty: 'Routing key',
  alertmanager: 'Bearer token',
};
const isMail = ({ kind }: FormValues) => kind === 'email';
/** PagerDuty has one address, which need not be said. */
const hasAddress = ({ kind }: FormValues) => kind === 'webhook' || kind === 'alertmanager';

const fields: readonly Field[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'kind', label: 'Kind', kind: 'select', options: kinds },
  { name: 'url', label: 'Address', required: true, placeholder: 'https://', when: hasAddress },
  {
    name: 'url',
    label: 'Address',
    required: true,
    placeholder: 'https://hooks.slack.com/services/...',
    hint: 'Of an incoming webhook; or https://slack.com/api?channel=C0123456789 with a bot token, for one message an incident that is kept up to date',
    when: ({ kind }) => kind === 'slack',
  },
  ...Object.keys(secretNames).map((kind) => ({
    name: 'secret',
    label: secretNames[kind] ?? '',
    kind: 'secret' as const,
    when: (values: FormValues) => values.kind === kind,
  })),
  { name: 'host', label: 'Mail server', required: true, placeholder: 'smtp.example.com:587', when: isMail },
  { name: 'from', label: 'From', required: true, placeholder: 'plimsoll@example.com', when: isMail },
  { name: 'to', label: 'To', required: true, placeholder: 'oncall@example.com, ...', when: isMail },
  { name: 'user', label: 'User', when: isMail },
  { name: 'password', label: 'Password', kind: 'secret', when: isMail },
  {
    name: 'encryption',
    label: 'Encryption',
    kind: 'select',
    when: isMail,
    options: [
      { value: 'smtp', label: 'STARTTLS (587, 25)' },
      { value: 'smtps', label: 'TLS from the start (465)' },
    ],
  },
  {
    name: 'severities',
    label: 'Is told of',
    kind: 'checks',
    initial: 'page,ticket',
    options: [
      { value: 'page', label: 'Pages' },
      { value: 'ticket', label: 'Tickets' },
    ],
  },
  {
    name: 'broadcast',
    label: 'Told at once',
    kind: 'switch',
    initial: 'yes',
  },
  { name: 'changes', label: 'Told of changes too', kind: 'switch' },
  { name: 'allowPrivate', label: 'Address in a private network', kind: 'switch' },
];

/** Where incidents are sent, and whether that works. */
export function ChannelsSection() {
  return (
    <>
      <Panel title="New channel">
        <CallForm
          fields={fields}
          action="Add"
          invalidates={['/channels']}
          fault={({ severities }) => (severities ? null : 'Choose pages, tickets or both.')}
          request={(values) => ({ path: '/channels', body: channelBody(values) })}
        />
      </Panel>
      <ChannelTable />
    </>
  );
}

function channelBody(values: FormValues) {
  const mail = isMail(values);
  const secret = mail ? values.password : values.kind && secretNames[values.kind] ? values.secret : '';
  return {
    ...given(values, 'name', 'kind'),
    url: mail ? mailAddress(values) : (values.url ?? ''),
    ...(secret ? { secret } : {}),
    severities: values.severities?.split(','),
    broadcast: values.broadcast === 'yes',
    changes: values.changes === 'yes',
    allowPrivate: values.allowPrivate === 'yes',
  };
}

function ChannelTable() {
  const zone = useZone();
  const columns = useMemo<Column<Channel>[]>(
    () => [
      { id: 'name', header: 'Name', value: ({ name }) => name, cell: ({ name }) => name },
      {
        id: 'kind',
        header: 'Kind',
        value: ({ kind }) => kind,
        cell: ({ kind }) => kindLabels.get(kind) ?? kind,
      },
      { id: 'host', header: 'Host', cell: ({ host }) => <span className="mono">{host}</span> },
      {
        id: 'severities',
        header: 'Told of',
        cell: ({ severities, broadcast, changes }) =>
          severities.map((severity) => `${severity}s`).join(', ') +
          (broadcast ? '' : ', when an escalation names it') +
          (changes ? '; changes' : ''),
      },
      { id: 'health', header: 'Health', cell: (channel) => <ChannelHealth channel={channel} zone={zone} /> },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: (channel) => (
          <>
            <TestButton channel={channel} />{' '}
            <RemoveButton
              path={`/channels/${channel.id}`}
              what={channel.name}
              consequence="Incidents are not sent there any more; what waits to be sent is dropped."
              invalidates={['/channels']}
            />
          </>
        ),
      },
    ],
    [zone],
  );
  return (
    <RecordsPanel<Channel>
      title="Notification channels"
      path="/channels"
      columns={columns}
      rowId={({ id }) => id}
      empty={{ title: 'Nobody is told.', text: 'Incidents open, but no message goes out. Add a channel above.' }}
    />
  );
}

function ChannelHealth({ channel, zone }: { channel: Channel; zone: string }) {
  const waiting = channel.pending > 0 && <span className="muted">; {formatCount(channel.pending)} waiting</span>;
  if (channel.lastError) {
    return (
      <>
        <Status color="failing">fails</Status> <span className="muted">{channel.lastError}</span>
        {waiting}
      </>
    );
  }
  return (
    <>
      {channel.lastDeliveredAt ? (
        <>
          <Status color="ok">works</Status>{' '}
          <span className="muted">last {formatInstant(channel.lastDeliveredAt, zone)}</span>
        </>
      ) : (
        <Status color="muted">not used yet</Status>
      )}
      {waiting}
    </>
  );
}

function TestButton({ channel }: { channel: Channel }) {
  const test = useCall<{ delivered: boolean; error: string | null }>(['/channels']);
  const send = () =>
    test.mutate(
      { path: `/channels/${channel.id}/test`, method: 'POST' },
      {
        onSuccess: ({ delivered, error }) =>
          delivered
            ? announce(`${channel.name}: test delivered`)
            : announceFailure(`${channel.name} did not take it`, error),
        onError: (error) => announceFailure(`${channel.name} could not be tested`, error),
      },
    );
  return (
    <Button loading={test.isPending} onClick={send}>
      Send test
    </Button>
  );
}
