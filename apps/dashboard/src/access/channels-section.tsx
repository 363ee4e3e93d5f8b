import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { notificationChannel } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useApi, useCall } from '../api/queries.js';
import { formatCount } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Status } from '../design/status.js';
import { announce, announceFailure } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import classes from './access.module.css';

type Channel = z.infer<typeof notificationChannel>;

const kinds = [
  { value: 'webhook', label: 'Webhook' },
  { value: 'slack', label: 'Slack' },
  { value: 'pagerduty', label: 'PagerDuty' },
  { value: 'alertmanager', label: 'Alertmanager' },
  { value: 'email', label: 'E-mail' },
];

/** Where incidents are sent, and whether that works. */
export function ChannelsSection() {
  const channels = useApi<{ items: Channel[] }>('/channels');
  return (
    <>
      <NewChannel />
      <Panel title="Notification channels" flush>
        <Loaded query={channels} what="Channels">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nobody is told.">Incidents open, but no message goes out. Add a channel above.</Empty>
            ) : (
              <ChannelTable items={items} />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function ChannelTable({ items }: { items: Channel[] }) {
  const zone = useZone();
  const test = useCall<{ delivered: boolean; error: string | null }>(['/channels']);
  const remove = useCall(['/channels']);
  const send = (channel: Channel) =>
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
    <table className="table" aria-label="Notification channels">
      <thead>
        <tr>
          <th>Name</th>
          <th>Kind</th>
          <th>Host</th>
          <th>Told of</th>
          <th>Health</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {items.map((channel) => (
          <tr key={channel.id}>
            <td>{channel.name}</td>
            <td>{channel.kind}</td>
            <td className="mono">{channel.host}</td>
            <td>{channel.severities.map((severity) => `${severity}s`).join(', ')}</td>
            <td>
              {channel.lastError ? (
                <>
                  <Status color="failing">fails</Status> <span className="muted">{channel.lastError}</span>
                </>
              ) : channel.lastDeliveredAt ? (
                <>
                  <Status color="ok">works</Status>{' '}
                  <span className="muted">last {formatInstant(channel.lastDeliveredAt, zone)}</span>
                </>
              ) : (
                <Status color="muted">not used yet</Status>
              )}
              {channel.pending > 0 && <span className="muted"> {formatCount(channel.pending)} waiting</span>}
            </td>
            <td className="num nowrap">
              <Button onClick={() => send(channel)}>Send test</Button>{' '}
              <Button
                onClick={() =>
                  remove.mutate(
                    { path: `/channels/${channel.id}`, method: 'DELETE' },
                    { onError: (error) => announceFailure(`${channel.name} could not be removed`, error) },
                  )
                }
              >
                Remove
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NewChannel() {
  const [name, setName] = useState('');
  const [kind, setKind] = useState('webhook');
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState('');
  const create = useCall(['/channels']);
  return (
    <Panel title="New channel">
      <form
        className={classes.form}
        style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { path: '/channels', method: 'POST', body: { name, kind, url, ...(secret ? { secret } : {}) } },
            {
              onSuccess: () => {
                setName('');
                setUrl('');
                setSecret('');
              },
            },
          );
        }}
      >
        <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <NativeSelect label="Kind" value={kind} onChange={(event) => setKind(event.currentTarget.value)} data={kinds} />
        <TextInput
          label="Address"
          required
          placeholder="https://"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={create.error?.message}
        />
        <TextInput
          label="Secret"
          type="password"
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Button type="submit" variant="filled" loading={create.isPending}>
          Add
        </Button>
      </form>
    </Panel>
  );
}
