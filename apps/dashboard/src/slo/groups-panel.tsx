import type { GroupDigest, Objective } from '@plimsoll/contract';
import { useProjectSlug } from '../api/queries.js';
import { formatCount, formatPercent, plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { CallsLink } from '../traces/figure-link.js';
import { wordsOfGroup } from './call-words.js';
import { budgetColor } from './slo-words.js';

interface GroupsPanelProps {
  objective: Objective;
  groups: GroupDigest;
  windowSearch: Record<string, string>;
}

/** The groups that an objective judges apart: those that fire first, then those with the least budget. */
export function GroupsPanel({ objective, groups, windowSearch }: GroupsPanelProps) {
  const project = useProjectSlug();
  const { admitted, cap, firing, otherShare, top } = groups;
  return (
    <Panel
      title="Groups"
      flush
      aside={
        <span className="muted">
          {plural(admitted, 'group')} of at most {formatCount(cap)}, {formatCount(firing)} firing
          {otherShare > 0 && `; ${formatPercent(otherShare)} of the calls are beyond and judged as one`}
        </span>
      }
    >
      <table className="table" aria-label="Groups">
        <thead>
          <tr>
            <th>Group</th>
            <th>Alerts</th>
            <th className="num">Bad</th>
            <th className="num">Calls</th>
            <th className="num wide-only">Indicator</th>
            <th className="num">Budget left</th>
          </tr>
        </thead>
        <tbody>
          {top.map((group) => {
            const calls = (outcome: string, figure: string) => (
              <CallsLink
                project={project}
                objective={objective.slug}
                search={{ ...windowSearch, outcome, group: group.key }}
                what={`Calls of ${wordsOfGroup(group.values, group.key)}`}
              >
                {figure}
              </CallsLink>
            );
            return (
              <tr key={group.key}>
                <td style={{ overflowWrap: 'anywhere', minWidth: 140 }}>{wordsOfGroup(group.values, group.key)}</td>
                <td>
                  {group.firing.length > 0 ? (
                    <Status color="failing">{group.firing.join(', ')}</Status>
                  ) : (
                    <Status color="ok">quiet</Status>
                  )}
                </td>
                <td className="num">{calls('bad', formatCount(group.bad))}</td>
                <td className="num">{calls('all', formatCount(group.eligible))}</td>
                <td className="num wide-only">{formatPercent(group.sli)}</td>
                <td className={`num state-${budgetColor(group.budgetRemaining)}`}>
                  {formatPercent(group.budgetRemaining)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
