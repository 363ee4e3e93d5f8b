import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { ApiKey, apiKeyCreated } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useApi, useCall } from '../api/queries.js';
import { Dialog } from '../design/dialog.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Status } from '../design/status.js';
import { announceFailure } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import classes from './access.module.css';
import { CopyButton } from './copy-button.js';

export type CreatedKey = z.infer<typeof apiKeyCreated>;

const scopeWords: Record<string, string> = {
  ingest: 'send data',
  read: 'read',
  write: 'read and change',
  admin: 'everything',
};

/** Keys of the project. A secret is shown once; afterwards only its prefix is known here. */
export function KeysSection() {
  const keys = useApi<{ items: ApiKey[] }>('/keys', { query: { limit: 200 } });
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const zone = useZone();
  return (
    <>
      <NewKey />
      <Panel title="API keys" flush>
        <Loaded query={keys} what="API keys">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No key yet.">Make one above; a client needs it to send traces.</Empty>
            ) : (
              <table className="table" aria-label="API keys">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Key</th>
                    <th>May</th>
                    <th className="wide-only">Made</th>
                    <th>Last used</th>
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {items.map((key) => (
                    <tr key={key.id}>
                      <td>{key.name}</td>
                      <td className="mono">{key.prefix}…</td>
                      <td>{key.scopes.map((scope) => scopeWords[scope] ?? scope).join(', ')}</td>
                      <td className="wide-only">{formatInstant(key.createdAt, zone)}</td>
                      <td>{key.lastUsedAt ? formatInstant(key.lastUsedAt, zone) : 'never'}</td>
                      <td className="num">
                        {key.revokedAt ? (
                          <Status color="muted">revoked</Status>
                        ) : (
                          <Button onClick={() => setRevoking(key)}>Revoke</Button>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </Loaded>
      </Panel>
      <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} />
    </>
  );
}

function NewKey() {
  const [name, setName] = useState('');
  const [scope, setScope] = useState('ingest');
  const create = useCall<CreatedKey>(['/keys']);
  return (
    <Panel title="New key">
      <form
        className={classes.form}
        style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { path: '/keys', method: 'POST', body: { name, scopes: [scope] } },
            { onSuccess: () => setName('') },
          );
        }}
      >
        <TextInput
          label="Name"
          placeholder="production collector"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={create.error?.message}
        />
        <NativeSelect
          label="May"
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          data={Object.entries(scopeWords).map(([value, label]) => ({ value, label }))}
        />
        <Button type="submit" variant="filled" loading={create.isPending}>
          Make a key
        </Button>
      </form>
      {create.data && (
        <div className={`notice notice-data`} style={{ marginTop: 12 }} role="status">
          <span>Copy it now; it is not shown again.</span>
          <code className="mono" style={{ overflowWrap: 'anywhere' }}>
            {create.data.secret}
          </code>
          <CopyButton text={create.data.secret} label="Copy the key" />
        </div>
      )}
    </Panel>
  );
}

function RevokeKey({ apiKey, onClose }: { apiKey: ApiKey | null; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const revoke = useCall(['/keys']);
  const close = () => {
    setTyped('');
    onClose();
  };
  return (
    <Dialog opened={apiKey !== null} onClose={close} title="Revoke a key">
      {apiKey && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed !== apiKey.name) return;
            revoke.mutate(
              { path: `/keys/${apiKey.id}`, method: 'DELETE' },
              { onSuccess: close, onError: (error) => announceFailure('The key could not be revoked', error) },
            );
          }}
        >
          <span>Clients that use {apiKey.prefix}… are refused from then on. This cannot be undone.</span>
          <TextInput
            label={`Type ${apiKey.name} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button
            type="submit"
            color="red"
            variant="filled"
            disabled={typed !== apiKey.name}
            loading={revoke.isPending}
          >
            Revoke
          </Button>
        </form>
      )}
    </Dialog>
  );
}
