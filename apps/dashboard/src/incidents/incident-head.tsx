import { Button } from '@mantine/core';
import { type Incident, priceCurrency } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { apiUrl } from '../api/client.js';
import { useProjectSlug } from '../api/queries.js';
import { formatCount, formatDuration, formatMoney, formatPercent, formatScore } from '../design/format.js';
import { Key, Status } from '../design/status.js';
import { useNow } from '../time/clock.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { isExact } from '../slo/slo-words.js';
import classes from './incident-page.module.css';
import {
  formatBurn,
  formatDistance,
  incidentAge,
  isClosed,
  latestCounts,
  mostHit,
  severityWords,
  stateWords,
  tooFewToJudge,
} from './incident-words.js';
import { IncidentCalls } from './incident-calls.js';
import { AssignMenu, type IncidentHeadProps, MoreMenu } from './incident-menus.js';

export function IncidentHead({ incident, onAction, onDialog }: IncidentHeadProps) {
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
          <Actions incident={incident} onAction={onAction} onDialog={onDialog} />
        </div>
      </div>
      <Summary incident={incident} onDialog={onDialog} />
      <Banners incident={incident} />
      <div className={`${classes.stickyBar} no-print`}>
        <Actions incident={incident} onAction={onAction} onDialog={onDialog} />
      </div>
    </header>
  );
}

function Actions({ incident, onAction, onDialog }: IncidentHeadProps) {
  const project = useProjectSlug();
  const exported = (format: string) => apiUrl(`/incidents/${incident.id}/export`, { project, format });
  if (isClosed(incident.state)) {
    return (
      <>
        <Button component="a" href={exported('md')} variant="filled" download>
          Post-incident draft
        </Button>
        <Button
          onClick={() => onAction(incident.state === 'merged' ? 'split' : 'reopen')}
          rightSection={incident.state === 'merged' ? undefined : <Key>r</Key>}
        >
          {incident.state === 'merged' ? 'Take out again' : 'Reopen'}
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
      <AssignMenu incident={incident} onAction={onAction} />
      <MoreMenu incident={incident} onAction={onAction} onDialog={onDialog} exported={exported} />
    </>
  );
}

/** Since when, how fast, how sure and what it has cost, in two sentences; each count opens the calls behind it. */
function Summary({ incident, onDialog }: Pick<IncidentHeadProps, 'incident' | 'onDialog'>) {
  const zone = useZone();
  const now = useNow();
  const project = useProjectSlug();
  const { coverage, impact, valueInterval } = incident;
  const closed = isClosed(incident.state);
  const since = formatInstant(incident.onsetAt ?? incident.openedAt, zone);
  const budget = budgetSentence(incident, zone);
  const range =
    valueInterval && !isExact(valueInterval)
      ? `, ${formatScore(valueInterval.low)} to ${formatScore(valueInterval.high)} (${formatPercent(valueInterval.level)} sure)`
      : '';
  const sentences: ReactNode[] = [
    closed ? `Lasted ${incidentAge(incident, now)} from ${since}` : `For ${incidentAge(incident, now)}, since ${since}`,
    closed ? null : <StillBad incident={incident} />,
    incident.burnRate !== null && `burn ${formatBurn(incident.burnRate)}`,
    budget && (
      <Link to="/p/$project/slos/$id" params={{ project, id: incident.objectiveSlug }} className="figure-link">
        {budget}
      </Link>
    ),
    coverage && (
      <>
        <IncidentCalls incident={incident} outcome="all" what="The scored calls since it began">
          scored {formatCount(coverage.scored)}
        </IncidentCalls>{' '}
        of {formatCount(coverage.population)}
        {range}
      </>
    ),
    impact && (
      <>
        hit{' '}
        <IncidentCalls incident={incident} outcome="bad" what="The bad calls since it began">
          {formatCount(impact.calls)} calls
        </IncidentCalls>{' '}
        of{' '}
        <IncidentCalls incident={incident} outcome="bad" what="The bad calls of these users">
          {formatCount(impact.users)} users
        </IncidentCalls>
        {impact.cost !== null && (
          <>
            {' '}
            for{' '}
            <IncidentCalls incident={incident} outcome="bad" sort="cost" what="The bad calls, the dearest first">
              {formatMoney(impact.cost, priceCurrency)}
            </IncidentCalls>
          </>
        )}
        {mostHit(incident)}
      </>
    ),
  ];
  return (
    <p className={classes.summary}>
      {sentences.filter(Boolean).map((sentence, index) => (
        <Fragment key={index}>
          {index > 0 && '; '}
          {sentence}
        </Fragment>
      ))}
      .{' '}
      {incident.whyFired.length > 0 && (
        <button type="button" className="link-button" onClick={() => onDialog('why')}>
          Why did this fire?
        </button>
      )}
      <EscalationState incident={incident} />
      <FirstSuspect incident={incident} />
    </p>
  );
}

/** Whether it goes on: the last minutes of the chart, as counts that open their calls. */
function StillBad({ incident }: { incident: Incident }) {
  const last = latestCounts(incident);
  if (last === null) return null;
  const { bad, eligible, fromMs, toMs } = last;
  return (
    <>
      now{' '}
      <IncidentCalls incident={incident} outcome="all" range={{ fromMs, toMs }} what="The latest calls of the chart">
        {formatCount(Math.round(bad))} of {formatCount(eligible)} calls bad
      </IncidentCalls>{' '}
      in the last {formatDuration(toMs - fromMs)}
    </>
  );
}

/** Which version, before anybody has scrolled; a suspect until a person confirms it. */
function FirstSuspect({ incident }: { incident: Incident }) {
  const [first] = incident.suspects;
  if (first === undefined || first.changedAt === null || (first.band !== 'strong' && first.band !== 'possible')) {
    return null;
  }
  const judged = { open: '', accepted: ', confirmed', rejected: ', rejected' }[first.verdict];
  return (
    <span>
      {' '}
      First suspect: <strong>{first.title}</strong> ({first.band}
      {judged}, {formatDistance(first.minutesBeforeOnset)}).
    </span>
  );
}

/** Who is told next and when, or why nobody is. */
function EscalationState({ incident }: { incident: Incident }) {
  const zone = useZone();
  const { escalation } = incident;
  if (!escalation || isClosed(incident.state)) return null;
  const next = escalation.nextAt ? ` at ${formatInstant(escalation.nextAt, zone)}` : '';
  const words = {
    waiting: `tells ${escalation.nextTargets.join(', ')}${next} unless somebody acknowledges`,
    held: `waits for working hours${next}`,
    stopped: `stopped: ${escalation.reason ?? 'over'}`,
  };
  return (
    <span className="muted">
      {' '}
      Escalation {escalation.policy} {words[escalation.state]}.
    </span>
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
  if (incident.storeAway) {
    const { since } = incident.storeAway;
    return (
      <div className="notice notice-risk" role="status">
        The store of calls {since ? `has not answered since ${formatInstant(since, zone)}` : 'does not answer'}. You can
        act: state, timeline, suspects as last ranked, runbook, actions and notes are whole. Charts, figures and
        examples come back with it.
      </div>
    );
  }
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
