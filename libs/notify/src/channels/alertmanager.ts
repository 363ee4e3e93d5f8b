import { type Channel, type OutboundRequest, retriesOnServerFault } from '../channel.js';
import { facts, type IncidentNotification, type TestNotification } from '../notification.js';

const minute = 60_000;
/** Alertmanager forgets an alert after its end: it is sent every minute with an end four minutes ahead. */
const resendEveryMs = minute;
const intervalsAhead = 4;

/** Alertmanager API v2. The secret, when there is one, goes as a bearer token. */
export const alertmanager: Channel = {
  id: 'alertmanager',
  title: 'Alertmanager',
  secret: { name: 'Bearer token', required: false },
  defaultUrl: null,
  renewEveryMs: resendEveryMs,
  retries: retriesOnServerFault,
  compose(notification, target, now): OutboundRequest | null {
    if (notification.type === 'change' || notification.type === 'budget') return null;
    const alert = notification.type === 'test' ? testAlert(notification) : incidentAlert(notification, now);
    const [token] = target.secrets;
    return {
      url: alertsUrl(target.url),
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify([alert]),
    };
  },
};

/** The base address or the full path are both taken. */
const alertsUrl = (url: string): string =>
  url.endsWith('/api/v2/alerts') ? url : `${url.replace(/\/+$/, '')}/api/v2/alerts`;

function incidentAlert({ kind, incident, project }: IncidentNotification, now: number): object {
  const labels: Record<string, string> = {
    alertname: 'PlimsollObjective',
    project: project.name,
    objective: incident.objective,
    sli: incident.sliKind,
    severity: incident.severity === 'page' ? 'critical' : 'warning',
  };
  if (incident.feature !== null) labels['feature'] = incident.feature;
  if (incident.environment !== null) labels['environment'] = incident.environment;
  for (const [name, value] of Object.entries(incident.group)) labels[labelName(name)] = value;
  const resolvedAt = kind === 'resolved' ? (incident.resolvedAt ?? new Date(now).toISOString()) : null;
  return {
    labels,
    annotations: { summary: incident.title, description: facts(incident).join('\n'), incident: incident.reference },
    startsAt: incident.openedAt,
    endsAt: resolvedAt ?? new Date(now + intervalsAhead * resendEveryMs).toISOString(),
    ...(incident.url === null ? {} : { generatorURL: incident.url }),
  };
}

/** Already over when it arrives, so that no route notifies anybody. */
function testAlert({ at, project, channelName }: TestNotification): object {
  return {
    labels: { alertname: 'PlimsollTest', project: project.name, channel: channelName, severity: 'none' },
    annotations: { summary: `Plimsoll test: ${project.name} can reach ${channelName}` },
    startsAt: at,
    endsAt: at,
  };
}

/** Label names are letters, digits and underscores, and do not begin with a digit. */
const labelName = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
