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
            A score shares its session with {(meanSize - 1).toFixed(1)} others, which are alike by{' '}
            {correlation.toFixed(2)}: {designEffect.toFixed(2)} of them say as much as one of a session of its own, and
            sample sizes are divided by that.
          </span>
        )}
      </div>
    </Panel>
  );
}
