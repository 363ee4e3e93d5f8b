import { Button, TextInput } from '@mantine/core';
import type { ApiKey, apiKeyCreated } from '@plimsoll/contract';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { useCall } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Dialog } from '../design/dialog.js';
import { formatCount } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import type { Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { announceFailure } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { CopyButton } from './copy-button.js';

export type CreatedKey = z.infer<typeof apiKeyCreated>;

const scopeWords: Record<string, string> = {
  ingest: 'send data',
  read: 'read',
  write: 'read and change',
  admin: 'everything',
};

const mayWords = (scopes: readonly string[]): string =>
  scopes.includes('admin') ? 'everything' : scopes.map((scope) => scopeWords[scope] ?? scope).join(', ');

const rateField: Field = {
  name: 'rateLimit',
  label: 'Spans a second',
  kind: 'number',
  placeholder: 'no limit',
};
const newKeyFields: readonly Field[] = [
  { name: 'name', label: 'Name', required: true, placeholder: 'production collector' },
  {
    name: 'scope',
    label: 'May',
    kind: 'select',
    options: Object.entries(scopeWords).map(([value, label]) => ({ value, label })),
  },
  rateField,
];
const rateOf = (text: string | undefined) => (text?.trim() ? Number(text) : null);

/** Keys of the project. A secret is shown once; afterwards only its prefix is known here. */
export function KeysSection() {
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [limiting, setLimiting] = useState<ApiKey | null>(null);
  const zone = useZone();
  const columns = useMemo<Column<ApiKey>[]>(
    () => [
      { id: 'name', header: 'Name', value: ({ name }) => name, cell: ({ name }) => name },
      { id: 'prefix', header: 'Key', cell: ({ prefix }) => <span className="mono">{prefix}…</span> },
      { id: 'may', header: 'May', cell: ({ scopes }) => mayWords(scopes) },
      {
        id: 'rate',
        header: 'Spans a second',
        numeric: true,
        value: ({ rateLimit }) => rateLimit,
        cell: ({ rateLimit }) => (rateLimit === null ? 'no limit' : formatCount(rateLimit)),
      },
      {
        id: 'made',
        header: 'Made',
        wide: true,
        value: ({ createdAt }) => createdAt,
        cell: ({ createdAt }) => formatInstant(createdAt, zone),
      },
      {
        id: 'used',
        header: 'Last used',
        value: ({ lastUsedAt }) => lastUsedAt,
        cell: ({ lastUsedAt }) => (lastUsedAt ? formatInstant(lastUsedAt, zone) : 'never'),
      },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: (key) =>
          key.revokedAt ? (
            <Status color="muted">revoked</Status>
          ) : (
            <>
              <Button onClick={() => setLimiting(key)}>Limit</Button>{' '}
              <Button onClick={() => setRevoking(key)}>Revoke</Button>
            </>
          ),
      },
    ],
    [zone],
  );
  return (
    <>
      <NewKey />
      <RecordsPanel<ApiKey>
        title="API keys"
        path="/keys"
        query={{ limit: 200 }}
        columns={columns}
        rowId={({ id }) => id}
        empty={{ title: 'No key yet.', text: 'Make one above; a client needs it to send traces.' }}
      />
      <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} />
      <LimitKey apiKey={limiting} onClose={() => setLimiting(null)} />
    </>
  );
}

function NewKey() {
  const [made, setMade] = useState<CreatedKey | null>(null);
  return (
    <Panel title="New key">
      <CallForm<CreatedKey>
        fields={newKeyFields}
        action="Make a key"
        invalidates={['/keys']}
        request={({ name, scope, rateLimit }) => ({
          path: '/keys',
          body: { name, scopes: [scope], rateLimit: rateOf(rateLimit) },
        })}
        onDone={setMade}
      />
      {made && (
        <div className="notice notice-data" style={{ marginTop: 12 }} role="status">
          <span>Copy it now; it is not shown again.</span>
          <code className="mono" style={{ overflowWrap: 'anywhere' }}>
            {made.secret}
          </code>
          <CopyButton text={made.secret} label="Copy the key" />
        </div>
      )}
    </Panel>
  );
}

interface OfKeyProps {
  apiKey: ApiKey | null;
  onClose: () => void;
}

function LimitKey({ apiKey, onClose }: OfKeyProps) {
  return (
    <Dialog opened={apiKey !== null} onClose={onClose} title={`What ${apiKey?.name ?? 'a key'} may send`}>
      {apiKey && (
        <CallForm
          stacked
          fields={[
            {
              ...rateField,
              initial: apiKey.rateLimit === null ? '' : String(apiKey.rateLimit),
              hint: 'Empty: no limit',
            },
          ]}
          action="Save"
          invalidates={['/keys']}
          request={({ rateLimit }) => ({
            path: `/keys/${apiKey.id}`,
            method: 'PATCH',
            body: { rateLimit: rateOf(rateLimit) },
          })}
          onDone={onClose}
        />
      )}
    </Dialog>
  );
}

function RevokeKey({ apiKey, onClose }: OfKeyProps) {
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
