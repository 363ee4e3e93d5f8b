import type { auditEntry } from '@plimsoll/contract';
import type { z } from 'zod';
import { useApi } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';

type AuditEntry = z.infer<typeof auditEntry>;

/** Who changed what, newest first. */
export function AuditSection() {
  const entries = useApi<{ items: AuditEntry[] }>('/audit', { query: { limit: 200 } });
  const zone = useZone();
  return (
    <Panel title="Audit log" flush>
      <Loaded query={entries} what="The audit log">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody has changed anything yet." />
          ) : (
            <table className="table" aria-label="Audit log">
              <thead>
                <tr>
                  <th>When</th>
                  <th>Who</th>
                  <th>What</th>
                  <th>Of</th>
                </tr>
              </thead>
              <tbody>
                {items.map((entry) => (
                  <tr key={entry.id}>
                    <td className="nowrap">{formatInstant(entry.at, zone, Date.now(), true)}</td>
                    <td>{entry.actor}</td>
                    <td>{entry.action}</td>
                    <td style={{ overflowWrap: 'anywhere' }}>{entry.subject}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Panel>
  );
}
