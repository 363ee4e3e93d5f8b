import { Button, CopyButton } from '@mantine/core';
import type { Badge, Objective } from '@plimsoll/contract';
import { useApi, useCall } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { announceFailure } from '../shell/announce.js';

/** The budget as a picture for pages elsewhere, on only for as long as somebody wants it. */
export function BadgePanel({ objective }: { objective: Objective }) {
  const path = `/objectives/${encodeURIComponent(objective.slug)}/badge`;
  const badge = useApi<Badge>(path);
  const change = useCall<Badge>([path]);
  const set = (method: 'PUT' | 'DELETE') =>
    change.mutate({ path, method }, { onError: (error) => announceFailure('The badge was not changed', error) });
  if (!badge.data) return null;
  const { path: picture } = badge.data;
  const address = picture && new URL(picture, window.location.origin).href;
  return (
    <Panel title="Budget badge">
      <div className="stack">
        {address ? (
          <>
            <img src={address} alt={`Budget of ${objective.name}`} height={20} style={{ alignSelf: 'start' }} />
            <code className="block">{`![${objective.name}](${address})`}</code>
            <span className="muted">
              Whoever has this address sees the name, what is left of the budget and the status, without signing in.
            </span>
            <div className="row">
              <CopyButton value={address}>
                {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy address'}</Button>}
              </CopyButton>
              <Button loading={change.isPending} onClick={() => set('PUT')}>
                New address
              </Button>
              <Button loading={change.isPending} onClick={() => set('DELETE')}>
                Switch off
              </Button>
            </div>
          </>
        ) : (
          <>
            <span className="muted">
              A picture of what is left of the budget, for a README or a status page. Whoever has its address can see
              it.
            </span>
            <div>
              <Button loading={change.isPending} onClick={() => set('PUT')}>
                Switch on
              </Button>
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
