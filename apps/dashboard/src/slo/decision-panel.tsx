import { Button } from '@mantine/core';
import type { Objective } from '@plimsoll/contract';
import { useCall } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { announceFailure } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatDay, formatInstant } from '../time/zone.js';

/** The choice that this objective watches over, and whether it asks to be looked at again. */
export function DecisionPanel({ objective }: { objective: Objective }) {
  const zone = useZone();
  const { decision } = objective.definition;
  if (!decision) return null;
  return (
    <Panel title="Decision">
      <div className="stack">
        <ReviewDue objective={objective} />
        <div>
          <strong>{decision.chosen}</strong> until {decision.reviewWhen}
          {decision.reviewBy && <span className="muted">; at the latest {formatDay(decision.reviewBy, zone)}</span>}
        </div>
        <div className="muted" style={{ whiteSpace: 'pre-wrap' }}>
          {decision.why}
        </div>
      </div>
    </Panel>
  );
}

function ReviewDue({ objective }: { objective: Objective }) {
  const zone = useZone();
  const review = useCall<Objective>(['/objectives']);
  if (!objective.review) return null;
  return (
    <div className="notice notice-risk" role="status">
      <span>
        Due to be looked at again since {formatInstant(objective.review.dueSince, zone)}: {objective.review.cause}.
      </span>
      <Button
        loading={review.isPending}
        onClick={() =>
          review.mutate(
            { path: `/objectives/${encodeURIComponent(objective.slug)}/review`, method: 'POST' },
            { onError: (error) => announceFailure('The review could not be written down', error) },
          )
        }
      >
        Looked at; it stands
      </Button>
    </div>
  );
}
