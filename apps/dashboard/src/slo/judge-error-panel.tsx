import type { JudgeErrorView } from '@plimsoll/contract';
import { formatCount, formatPercent, formatPoints } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';

/** How the scorer errs by answers that people judged too, and what that makes of its verdicts. */
export function JudgeErrorPanel({ judgeError }: { judgeError: JudgeErrorView }) {
  const { labels, labelsNeeded, isUsed, because, sensitivity, specificity, gap, raw, corrected } = judgeError;
  const level = (corrected ?? raw)?.interval.level;
  return (
    <Panel
      title="How the judge errs"
      aside={<Status color={isUsed ? 'ok' : 'muted'}>{isUsed ? 'corrected' : 'not corrected'}</Status>}
    >
      <div className="stack" style={{ gap: 4 }}>
        <span>
          {formatCount(labels)} answers of the last 90 days were judged by a person as well
          {labels < labelsNeeded && `, ${formatCount(labelsNeeded)} are needed`}.
          {because && <span className="muted"> {because}</span>}
        </span>
        {sensitivity !== null && specificity !== null && (
          <span>
            It finds {formatPercent(sensitivity)} of the bad answers and blames {formatPercent(1 - specificity)} of the
            good ones.
          </span>
        )}
        {gap !== null && <span>People find the answers {formatPoints(gap)} worse than it does.</span>}
      </div>
      {(raw ?? corrected) && (
        <table className="table" aria-label="Bad share as judged and corrected">
          <thead>
            <tr>
              <th>Bad share</th>
              <th className="num">Value</th>
              <th className="num">{level === undefined ? 'Interval' : `${formatPercent(level)} interval`}</th>
            </tr>
          </thead>
          <tbody>
            <Ratio name="as the judge sees it" ratio={raw} />
            <Ratio name="behind its errors" ratio={corrected} />
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Ratio({ name, ratio }: { name: string; ratio: JudgeErrorView['raw'] }) {
  return (
    <tr>
      <td>{name}</td>
      <td className="num">{formatPercent(ratio?.errorRatio ?? null)}</td>
      <td className="num">
        {ratio ? `${formatPercent(ratio.interval.low)} to ${formatPercent(ratio.interval.high)}` : '-'}
      </td>
    </tr>
  );
}
