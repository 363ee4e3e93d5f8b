import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type AlertTransition, alertTransition, notificationChannelWrite, readSettings } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { makeOwner } from '../../access/testing/make-owner.js';
import { ActiveScorers } from '../../scoring/active-scorers.js';
import { ScrapeTargetEntity } from '../../gpu/gpu.entity.js';
import { PriceRowEntity } from '../../cost/cost.entity.js';
import { PriceBooks } from '../../cost/price-books.service.js';
import { ContentsService } from '../../scoring/contents.service.js';
import { JudgeEndpoints } from '../../scoring/judge-endpoints.service.js';
import { JudgeScoring } from '../../scoring/judge-scoring.service.js';
import { JudgeEndpointEntity } from '../../scoring/scoring.entity.js';
import { ScorersService } from '../../scoring/scorers.service.js';
import { ObjectiveExclusion } from '../../slo/objective-exclusion.entity.js';
import { ObjectiveGroup } from '../../slo/objective-group.entity.js';
import { SecretBox } from '../../stores/secret-box.js';
import { BudgetWatch } from '../budget-watch.service.js';
import { ChangesService } from '../changes.service.js';
import { ChannelSecrets } from '../channel-secrets.js';
import { ChannelsService } from '../channels.service.js';
import { DeliveryService } from '../delivery.service.js';
import { EscalationService } from '../escalation.service.js';
import { GroupingService } from '../grouping.service.js';
import { HookSignatures } from '../hook-signatures.service.js';
import { IncidentCourseService } from '../incident-course.service.js';
import { IncidentJournal } from '../incident-journal.js';
import { IncidentMerging } from '../incident-merging.js';
import { IncidentReader } from '../incident-reader.js';
import { IncidentTransferService } from '../incident-transfer.service.js';
import { IncidentSurroundings } from '../incident-surroundings.service.js';
import { IncidentUpkeep } from '../incident-upkeep.service.js';
import { IncidentRunbookService } from '../incident-runbook.service.js';
import { IncidentService } from '../incident.service.js';
import { incidentEntities } from '../incidents.entity.js';
import { InhibitionService } from '../inhibition.service.js';
import { MaintenanceService } from '../maintenance.service.js';
import { MitigationEffectService } from '../mitigation-effect.service.js';
import { NotificationHolds } from '../notification-holds.service.js';
import { OnCallDirectory } from '../on-call-directory.js';
import { onCallEntities } from '../on-call.entity.js';
import { OnCallService } from '../on-call.service.js';
import { OutboxService } from '../outbox.service.js';
import { runbookEntities } from '../runbooks.entity.js';
import { RunbooksService } from '../runbooks.service.js';
import { ScorerChanges } from '../scorer-changes.service.js';
import { SuspectsService } from '../suspects.service.js';

export const allIncidentEntities = [
  ...incidentEntities,
  ...onCallEntities,
  ...runbookEntities,
  ObjectiveExclusion,
  ObjectiveGroup,
  JudgeEndpointEntity,
  PriceRowEntity,
  ScrapeTargetEntity,
];

/** A store that nobody may ask: for tests without calls. */
const noClickhouse = Object.create(ClickHouse.prototype) as ClickHouse;

/** The services of incidents, wired as the modules do it. */
export function wireIncidents(dataSource: DataSource, clickhouse: ClickHouse = noClickhouse) {
  const settings = readSettings({
    PLIMSOLL_PUBLIC_URL: 'https://plimsoll.example.com',
    PLIMSOLL_SECRET_KEY: 'a key that only tests use',
  });
  const box = new SecretBox(settings);
  const secrets = new ChannelSecrets(dataSource, box);
  const holds = new NotificationHolds(new InhibitionService(clickhouse));
  const outbox = new OutboxService(dataSource, settings, holds);
  const journal = new IncidentJournal(outbox);
  const delivery = new DeliveryService(dataSource, secrets, journal);
  const escalations = new EscalationService(dataSource, journal, holds, new OnCallDirectory());
  const scorers = new ActiveScorers(dataSource, new ScorersService(dataSource));
  const contents = new ContentsService(clickhouse);
  const endpoints = new JudgeEndpoints(dataSource, box);
  const judges = new JudgeScoring(clickhouse, endpoints, scorers, contents, new PriceBooks(dataSource));
  const scorerChanges = new ScorerChanges(dataSource, clickhouse, contents, scorers, judges);
  const suspects = new SuspectsService(dataSource, clickhouse, journal, scorerChanges);
  const runbooks = new RunbooksService(dataSource, box);
  const incidentRunbooks = new IncidentRunbookService(dataSource, settings, journal, runbooks);
  const merging = new IncidentMerging(journal);
  const grouping = new GroupingService(dataSource, clickhouse, suspects, merging);
  const reader = new IncidentReader(dataSource, clickhouse, suspects, escalations, incidentRunbooks);
  return {
    transfer: new IncidentTransferService(dataSource, reader),
    grouping,
    settings,
    budgets: new BudgetWatch(dataSource, clickhouse, journal),
    runbooks,
    incidentRunbooks,
    effects: new MitigationEffectService(dataSource, clickhouse, suspects, journal),
    secrets,
    delivery,
    outbox,
    journal,
    escalations,
    suspects,
    channels: new ChannelsService(dataSource, delivery, secrets),
    onCall: new OnCallService(dataSource),
    maintenance: new MaintenanceService(dataSource),
    hookSignatures: new HookSignatures(dataSource, box),
    incidents: new IncidentService(dataSource, journal, merging, escalations, grouping),
    upkeep: new IncidentUpkeep(dataSource, journal, outbox, new IncidentSurroundings(dataSource, clickhouse, suspects)),
    changes: new ChangesService(clickhouse, dataSource, outbox),
    reader,
    course: new IncidentCourseService(dataSource, clickhouse, suspects, reader),
  };
}

/** The id of a new project. */
export const makeProject = async (dataSource: DataSource): Promise<string> => (await makeOwner(dataSource)).project.id;

/** A channel write with everything that need not be said. */
export const channelWrite = (
  write: z.input<typeof notificationChannelWrite>,
): z.output<typeof notificationChannelWrite> => notificationChannelWrite.parse(write);

/** A page that fires at an instant, changed by `part`. */
export function transitionOf(projectId: string, at: Date, part: Partial<AlertTransition>): AlertTransition {
  return alertTransition.parse({
    id: randomUUID(),
    projectId,
    objectiveId: '00000000-0000-4000-8000-000000000001',
    revisionId: '00000000-0000-4000-8000-000000000002',
    objectiveRevision: 1,
    objectiveSlug: 'answers',
    objectiveName: 'Answers',
    sliKind: 'quality',
    filter: { feature: ['support'] },
    group: {},
    environment: null,
    tier: 'page fast',
    severity: 'page',
    from: 'pending',
    to: 'firing',
    kind: 'fired',
    minute: at.toISOString(),
    decidedAt: new Date(at.getTime() + 90_000).toISOString(),
    flapping: false,
    evidence: {
      sli: 0.95,
      target: '0.99',
      errorRatio: 0.16,
      burnLong: 16,
      burnShort: 20,
      factor: 14.4,
      longSeconds: 3600,
      shortSeconds: 300,
      eligibleLong: 1000,
      badLong: 160,
      eligibleShort: 100,
      badShort: 20,
      budgetRemaining: 0.4,
      interval: null,
      reasons: ['burn 16 over 1 h > 14.4'],
    },
    ...part,
  });
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly path: string;
  readonly body: { readonly type?: string; readonly data?: Readonly<Record<string, unknown>> };
  readonly id: string;
}

export interface TestReceiver {
  readonly url: string;
  readonly received: Received[];
  /** What the next requests are answered with. */
  answer: number;
  /** And with this text. */
  says: string;
  stop(): void;
}

/** Takes webhooks and remembers those that it did not refuse. */
export async function startReceiver(): Promise<TestReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const id = String(request.headers['webhook-id']);
      const body = JSON.parse(text) as Received['body'];
      if (receiver.answer === 200) received.push({ path: request.url ?? '', headers: request.headers, text, body, id });
      response.writeHead(receiver.answer).end(receiver.says);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: TestReceiver = {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: 200,
    says: '',
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
