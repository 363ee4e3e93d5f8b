import type { ClusterEffectView } from '@plimsoll/contract';
import { formatCount } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';

/** How much less samples say that share a session. */
export function ClusterEffectPanel({ effect }: { effect: ClusterEffectView }) {
  const { clusters, samples, meanSize, correlation, designEffect, because } = effect;
  const isUsed = because === null;
  return (
    <Panel
      title="Samples of one session"
      aside={<Status color={isUsed ? 'ok' : 'muted'}>{isUsed ? 'allowed for' : 'not allowed for'}</Status>}
    >
      <div className="stack" style={{ gap: 4 }}>
        <span>
          The newest {formatCount(samples)} scores lie in {formatCount(clusters)} sessions.
          {because !== null && <span className="muted"> Each counts as one: {because}.</span>}
        </span>
        {isUsed && (
          <span>
            On average a score shares its session with {(meanSize - 1).toFixed(1)} others, and those of one session are
            correlated by {correlation.toFixed(2)}: {designEffect.toFixed(2)} of them tell as much as one from a session
            of its own, so sample sizes are divided by {designEffect.toFixed(2)}.
          </span>
        )}
      </div>
    </Panel>
  );
}
