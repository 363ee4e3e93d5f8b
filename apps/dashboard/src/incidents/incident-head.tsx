import { ActionIcon, Button, Menu, Popover } from '@mantine/core';
import type { Incident } from '@plimsoll/contract';
import { IconDotsVertical } from '@tabler/icons-react';
import { apiUrl } from '../api/client.js';
import { useProjectSlug } from '../api/queries.js';
import { formatCount, formatMoney, formatPercent, formatScore } from '../design/format.js';
import { Key, Status } from '../design/status.js';
import { useNow } from '../time/clock.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import classes from './incident-page.module.css';
import { formatBurn, incidentAge, isClosed, severityWords, stateWords, tooFewToJudge } from './incident-words.js';
import type { IncidentAction } from './use-incident-action.js';

interface IncidentHeadProps {
  incident: Incident;
  onAction: (action: IncidentAction) => void;
}

export function IncidentHead({ incident, onAction }: IncidentHeadProps) {
  const state = stateWords[incident.state];
  const severity = severityWords[incident.severity];
  return (
    <header className={classes.head}>
      <div className={classes.titleLine}>
        <Status color={isClosed(incident.state) ? 'muted' : severity.color}>{severity.word}</Status>
        <span className="muted nowrap">{incident.reference}</span>
        <h1 className="page-title">{incident.title}</h1>
        <Status color={state.color}>
          {state.word}
          {incident.acknowledgedBy ? ` by ${incident.acknowledgedBy}` : ''}
        </Status>
        <div className={classes.actions}>
          <Actions incident={incident} onAction={onAction} />
        </div>
      </div>
      <Summary incident={incident} />
      <Banners incident={incident} />
      <div className={`${classes.stickyBar} no-print`}>
        <Actions incident={incident} onAction={onAction} />
      </div>
    </header>
  );
}

function Actions({ incident, onAction }: IncidentHeadProps) {
  const project = useProjectSlug();
  const exported = (format: string) => apiUrl(`/incidents/${incident.id}/export`, { project, format });
  if (isClosed(incident.state)) {
    return (
      <>
        <Button component="a" href={exported('md')} variant="filled" download>
          Post-incident draft
        </Button>
        <Button onClick={() => onAction('reopen')} rightSection={<Key>r</Key>}>
          Reopen
        </Button>
      </>
    );
  }
  const taken = incident.state !== 'triggered';
  return (
    <>
      <Button
        variant={taken ? 'default' : 'filled'}
        onClick={() => onAction(taken ? 'unacknowledge' : 'acknowledge')}
        rightSection={taken ? undefined : <Key>a</Key>}
      >
        {taken ? 'Give back' : 'Acknowledge'}
      </Button>
      <Button onClick={() => onAction('escalate')} rightSection={<Key>e</Key>}>
        Escalate
      </Button>
      <Button onClick={() => onAction('resolve')} variant={taken ? 'filled' : 'default'} rightSection={<Key>r</Key>}>
        Resolve
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label="More actions" className="wide-only">
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onAction('mitigate')}>Mark as mitigated</Menu.Item>
          <Menu.Item onClick={() => onAction('false_alarm')}>Mark as a false alarm</Menu.Item>
          <Menu.Divider />
          <Menu.Item component="a" href={exported('md')}>
            Export as Markdown
          </Menu.Item>
          <Menu.Item component="a" href={exported('json')}>
            Export as JSON
          </Menu.Item>
          <Menu.Item component="a" href={exported('csv')}>
            Export the timeline as CSV
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Since when, how fast, how sure and what it has cost, in two sentences. */
function Summary({ incident }: { incident: Incident }) {
  const zone = useZone();
  const now = useNow();
  const { coverage, impact, valueInterval } = incident;
  const closed = isClosed(incident.state);
  const since = formatInstant(incident.onsetAt ?? incident.openedAt, zone);
  const sentences = [
    closed ? `Lasted ${incidentAge(incident, now)} from ${since}` : `For ${incidentAge(incident, now)}, since ${since}`,
  ];
  if (incident.burnRate !== null) sentences.push(`burn ${formatBurn(incident.burnRate)}`);
  const budget = budgetSentence(incident, zone);
  if (budget) sentences.push(budget);
  if (coverage) {
    const range = valueInterval
      ? `, ${formatScore(valueInterval.low)} to ${formatScore(valueInterval.high)} (${formatPercent(valueInterval.level)} sure)`
      : '';
    sentences.push(`scored ${formatCount(coverage.scored)} of ${formatCount(coverage.population)}${range}`);
  }
  sentences.push(
    `hit ${formatCount(impact.calls)} calls of ${formatCount(impact.users)} users` +
      (impact.cost === null ? '' : ` for ${formatMoney(impact.cost, 'USD')}`),
  );
  return (
    <p className={classes.summary}>
      {sentences.join('; ')}.{' '}
      {incident.whyFired.length > 0 && (
        <Popover width={460} position="bottom-start">
          <Popover.Target>
            <button type="button" className="link-button">
              Why did this fire?
            </button>
          </Popover.Target>
          <Popover.Dropdown>
            <pre className="block">{incident.whyFired.join('\n')}</pre>
          </Popover.Dropdown>
        </Popover>
      )}
    </p>
  );
}

function budgetSentence(incident: Incident, zone: string): string | null {
  const { budgetRemaining, budgetExhaustsAt } = incident;
  if (budgetRemaining === null) return null;
  if (budgetRemaining <= 0) return `error budget overspent by ${formatPercent(-budgetRemaining)}`;
  const left = `${formatPercent(budgetRemaining)} of the error budget left`;
  return budgetExhaustsAt ? `${left}, out at ${formatInstant(budgetExhaustsAt, zone)}` : left;
}

function Banners({ incident }: { incident: Incident }) {
  const zone = useZone();
  if (tooFewToJudge(incident)) {
    return (
      <div className="notice notice-risk" role="status">
        Too few scored calls to judge: {incident.coverage?.scored} of at least 30. Suspects are not ranked yet.
      </div>
    );
  }
  if (isClosed(incident.state) && incident.resolvedAt) {
    return (
      <div className="notice" role="status">
        Resolved {formatInstant(incident.resolvedAt, zone)}. The figures are frozen at that moment.
      </div>
    );
  }
  return null;
}
