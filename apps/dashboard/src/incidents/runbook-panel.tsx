import { Button, TextInput } from '@mantine/core';
import type { Incident } from '@plimsoll/contract';
import { useState } from 'react';
import { SidePanel } from '../design/dialog.js';
import { Key } from '../design/status.js';
import { announce } from '../shell/announce.js';
import classes from './incident-page.module.css';

interface RunbookPanelProps {
  incident: Incident;
  onNote: (comment: string) => void;
}

/** What to do next, and a place for notes. */
export function RunbookPanel({ incident, onNote }: RunbookPanelProps) {
  const [opened, setOpened] = useState(false);
  const [note, setNote] = useState('');
  const copy = (command: string) => void navigator.clipboard.writeText(command).then(() => announce('Command copied'));
  return (
    <section className={`panel ${classes.runbook}`} aria-label="What to do">
      <div className={classes.runbookLine}>
        <h2 className="panel-title">Next</h2>
        {incident.nextSteps.length === 0 && !incident.runbook && (
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
        {incident.runbook && <Button onClick={() => setOpened(true)}>Open runbook</Button>}
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
      <SidePanel opened={opened} onClose={() => setOpened(false)} title="Runbook" position="right" size="lg">
        <pre className="block">{incident.runbook}</pre>
      </SidePanel>
    </section>
  );
}
