import type { Incident } from '@plimsoll/contract';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import { Loaded } from '../design/states.js';
import { announce } from '../shell/announce.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { AffectedPanel } from './affected-panel.js';
import { ExemplarPanels, type IncidentExamples } from './exemplar-panels.js';
import { IncidentChart } from './incident-chart.js';
import { IncidentCourse } from './incident-course.js';
import { IncidentHead } from './incident-head.js';
import { IncidentDialogs, type IncidentDialog } from './incident-dialogs.js';
import classes from './incident-page.module.css';
import { badTraceSearch, isClosed } from './incident-words.js';
import { PromptDiffDrawer } from './prompt-diff-drawer.js';
import { StoreAway } from './store-away.js';
import { RunbookPanel } from './runbook-panel.js';
import { SuspectsPanel } from './suspects-panel.js';
import { TimelinePanel } from './timeline-panel.js';
import { useIncidentAction, type ActionDetail, type IncidentAction } from './use-incident-action.js';

/** One incident on one screen: what, since when, how bad, how sure, why, who, show me, what do I do. */
export function IncidentPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useApi<Incident>(`/incidents/${encodeURIComponent(id)}`, { every: 60_000, keep: false });
  return (
    <Loaded query={query} what="The incident" rows={8} rowHeight={72}>
      {(incident) => <IncidentView incident={incident} />}
    </Loaded>
  );
}

function IncidentView({ incident }: { incident: Incident }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const act = useIncidentAction();
  const examples = useApi<IncidentExamples>(`/incidents/${incident.id}/examples`, {
    keep: false,
    enabled: !incident.storeAway,
  });
  const away = useMemo(() => (incident.storeAway ? <StoreAway incident={incident} /> : null), [incident]);
  const [suspectIndex, setSuspectIndex] = useState(0);
  const [diffing, setDiffing] = useState(false);
  const suspect = incident.suspects[suspectIndex];

  const [dialog, setDialog] = useState<IncidentDialog | null>(null);
  const run = (action: IncidentAction, detail: ActionDetail = {}) =>
    act(incident, action, { seq: incident.seq, ...detail });
  const judge = (verdict: 'accept_suspect' | 'reject_suspect', suspectId: string) =>
    act(incident, verdict, { seq: incident.seq, suspectId });
  const openTraces = () =>
    void navigate({ to: '/p/$project/traces', params: { project }, search: badTraceSearch(incident, suspect) });

  useShortcuts('Incident', [
    { keys: 'a', label: 'Acknowledge', run: () => run('acknowledge') },
    { keys: 'e', label: 'Escalate', run: () => run('escalate') },
    { keys: 'r', label: 'Resolve', run: () => run(isClosed(incident.state) ? 'reopen' : 'resolve') },
    { keys: 's', label: 'Snooze', run: () => setDialog('snooze') },
    { keys: 'm', label: 'Mute its objective', run: () => setDialog('mute') },
    { keys: 'w', label: 'Why did this fire?', run: () => setDialog('why') },
    { keys: 'y', label: 'Copy a link', run: copyLink },
    { keys: 'd', label: 'Compare the prompts of the suspect', run: () => setDiffing(true) },
    { keys: 't', label: 'Traces of the bad calls', run: openTraces },
    { keys: 'n', label: 'Write a note', run: () => document.getElementById('incident-note')?.focus() },
    { keys: 'c', label: 'Confirm the suspect', run: () => suspect && judge('accept_suspect', suspect.id) },
    ...incident.suspects.slice(0, 9).map((item, index) => ({
      keys: String(index + 1),
      label: `Suspect ${index + 1}: ${item.title}`,
      run: () => setSuspectIndex(index),
    })),
  ]);

  return (
    <>
      <div className={classes.page}>
        <IncidentHead incident={incident} onAction={run} onDialog={setDialog} />
        <IncidentChart incident={incident} />
        <AffectedPanel incident={incident} examples={examples.data ?? null} />
        <SuspectsPanel
          incident={incident}
          selected={suspectIndex}
          onSelect={setSuspectIndex}
          onJudge={judge}
          onDiff={() => setDiffing(true)}
          onTraces={openTraces}
        />
        <TimelinePanel incident={incident} />
        <ExemplarPanels query={examples} away={away} />
        <RunbookPanel incident={incident} onNote={(comment) => act(incident, 'comment', { comment })} />
        <IncidentDialogs incident={incident} opened={dialog} onClose={() => setDialog(null)} onAction={run} />
        <PromptDiffDrawer
          opened={diffing}
          onClose={() => setDiffing(false)}
          suspect={suspect}
          examples={examples.data ?? null}
        />
      </div>
      <IncidentCourse incident={incident} />
    </>
  );
}

function copyLink(): void {
  void navigator.clipboard.writeText(window.location.href).then(() => announce('Link copied'));
}
