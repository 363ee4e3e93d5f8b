import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import { type IncidentEventBody, type IncidentView, isOpen, refusal } from '@plimsoll/incidents';
import type { EntityManager } from 'typeorm';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { referenceOf } from './incident-mapping.js';
import { IncidentEntity } from './incidents.entity.js';

/** A tier of an incident that was merged, as the incident that took it in keeps it. */
export const foreignTier = (incident: IncidentEntity, tier: string): string => `${referenceOf(incident)} ${tier}`;

/** Two incidents that are one, and one that is two after all. Nothing is lost either way: both keep their events. */
@Injectable()
export class IncidentMerging {
  constructor(@Inject(IncidentJournal) private readonly journal: IncidentJournal) {}

  /**
   * Closes `incident` into `target`, whose end then waits for the alerts of both.
   * @throws PlimsollError `conflict` when one of them is not open, or they are the same.
   */
  async merge(
    manager: EntityManager,
    incident: IncidentEntity,
    target: IncidentEntity,
    actor: string,
    { reason: why, quiet }: { reason?: string; quiet?: boolean } = {},
  ): Promise<void> {
    const [view, targetView] = [
      await this.journal.read(manager, incident.id),
      await this.journal.read(manager, target.id),
    ];
    const reason = refusal(view, 'merged');
    if (reason !== null) throw conflict(reason);
    if (incident.id === target.id) throw conflict('an incident cannot be merged into itself');
    if (!isOpen(targetView.state)) throw conflict(`${referenceOf(target)} is not open`);
    const at = new Date();
    const because = why === undefined ? '' : ` (${why})`;
    const into = { at, actor, title: `Merged into ${referenceOf(target)}${because}`, quiet };
    await this.journal.append(manager, incident, view, [{ ...into, body: { kind: 'merged', into: target.id } }]);
    const note = {
      at,
      actor,
      title: `${referenceOf(incident)} was merged into this incident${because}: ${incident.title}`,
    };
    await this.journal.append(manager, target, targetView, [
      { ...note, body: { kind: 'noted', about: 'merge' }, snapshot: { incident: incident.id } },
      ...takenIn(incident, view, targetView).map((body): NewEvent => ({ ...note, body })),
    ]);
  }

  /**
   * Takes a merged incident out again; it is told anew.
   * @throws PlimsollError `conflict` when it is not merged, or when a newer incident of the same alerts is open.
   */
  async split(manager: EntityManager, incident: IncidentEntity, actor: string): Promise<void> {
    const view = await this.journal.read(manager, incident.id);
    const reason = refusal(view, 'split');
    if (reason !== null || view.mergedInto === null) throw conflict(reason ?? 'it is not merged');
    const { dedupKey } = incident;
    const newer = await manager.findBy(IncidentEntity, { dedupKey });
    if (newer.some(({ state }) => isOpen(state))) throw conflict('a newer incident of the same alerts is open');
    const target = await manager.findOneByOrFail(IncidentEntity, { id: view.mergedInto });
    const targetView = await this.journal.read(manager, target.id);
    const at = new Date();
    const foreign = Object.keys(targetView.firing).filter((tier) => tier.startsWith(foreignTier(incident, '')));
    const leaving = foreign.map((tier): NewEvent => {
      const title = `${tier} left with ${referenceOf(incident)}`;
      return { at, actor, title, body: { kind: 'alert_resolved', tier } };
    });
    if (isOpen(targetView.state)) await this.journal.append(manager, target, targetView, leaving);
    const title = `Split from ${referenceOf(target)}`;
    await this.journal.append(manager, incident, view, [
      { at, actor, title, body: { kind: 'split', from: target.id } },
    ]);
  }
}

const conflict = (reason: string): PlimsollError =>
  new PlimsollError('conflict', `action: ${reason}`, { field: 'action' });

/** The alerts that fire in a merged incident keep firing in the one that took it in. */
function takenIn(incident: IncidentEntity, view: IncidentView, target: IncidentView): IncidentEventBody[] {
  const firing = Object.entries(view.firing).map(([tier, severity]): IncidentEventBody => {
    return { kind: 'alert_fired', tier: foreignTier(incident, tier), severity };
  });
  const raises = view.severity === 'page' && target.severity === 'ticket';
  return raises ? [...firing, { kind: 'severity_raised', severity: 'page' }] : firing;
}
