import { Button, TextInput } from '@mantine/core';
import type { Incident } from '@plimsoll/contract';
import { useState } from 'react';
import { Key } from '../design/status.js';
import { announce } from '../shell/announce.js';
import { useShortcuts } from '../shell/shortcuts.js';
import classes from './incident-page.module.css';
import { RunbookDrawer } from './runbook-drawer.js';
import { RunbookRun } from './runbook-run.js';

interface RunbookPanelProps {
  incident: Incident;
  onNote: (comment: string) => void;
}

/** What to do next, what can be done from here, and a place for notes. */
export function RunbookPanel({ incident, onNote }: RunbookPanelProps) {
  const [opened, setOpened] = useState(false);
  const [running, setRunning] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const copy = (command: string) => void navigator.clipboard.writeText(command).then(() => announce('Command copied'));
  const { runbookDetail: runbook } = incident;
  const done = runbook?.steps.filter((step) => step.done).length ?? 0;
  useShortcuts('Runbook', runbook ? [{ keys: 'b', label: 'Open the runbook', run: () => setOpened(true) }] : []);
  return (
    <section className={`panel ${classes.runbook}`} aria-label="What to do">
      <div className={classes.runbookLine}>
        <h2 className="panel-title">Next</h2>
        {incident.nextSteps.length === 0 && !runbook && (
          <span className="muted">No runbook is attached to this objective.</span>
        )}
        {incident.nextSteps.slice(0, 3).map((step) => (
          <span key={step.title} className="row">
            {step.link ? <a href={step.link}>{step.title}</a> : step.title}
            {step.command && (
              <Button onClick={() => copy(step.command ?? '')} title={step.command}>
                Copy command
              </Button>
            )}
          </span>
        ))}
        {runbook?.actions.slice(0, 2).map(({ name, title }) => (
          <Button key={name} onClick={() => setRunning(name)}>
            {title}
          </Button>
        ))}
        {runbook && (
          <Button onClick={() => setOpened(true)} rightSection={<Key>b</Key>}>
            Runbook{runbook.steps.length > 0 ? ` ${done}/${runbook.steps.length}` : ''}
          </Button>
        )}
        <form
          className={classes.note}
          onSubmit={(event) => {
            event.preventDefault();
            if (note.trim() === '') return;
            onNote(note.trim());
            setNote('');
          }}
        >
          <TextInput
            id="incident-note"
            aria-label="Note"
            placeholder="Write a note and press Enter"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            rightSection={<Key>n</Key>}
          />
        </form>
      </div>
      <RunbookDrawer incident={incident} opened={opened} onClose={() => setOpened(false)} onRun={setRunning} />
      <RunbookRun incident={incident} action={running} onClose={() => setRunning(null)} />
    </section>
  );
}
