import { TextInput } from '@mantine/core';
import type { ObjectiveSummary } from '@plimsoll/contract';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useApi, useProjectSlug, useSession } from '../api/queries.js';
import { Dialog } from '../design/dialog.js';
import type { IncidentPageOf } from './home-page.js';
import classes from './overlays.module.css';
import { useShortcutGroups } from './shortcuts.js';

interface Command {
  id: string;
  label: string;
  hint?: string;
  keys?: string;
  run: () => void;
}

const maxShown = 30;

/** Everything that can be gone to or done from here, found by typing part of its name. */
export function CommandPalette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Search and run" size="lg">
      <CommandList onDone={onClose} />
    </Dialog>
  );
}

function CommandList({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const commands = useCommands(text).slice(0, maxShown);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onDone();
    // After the dialog has given the focus back, so that a command may move it.
    setTimeout(command.run, 0);
  };
  return (
    <>
      <TextInput
        data-autofocus
        size="sm"
        placeholder="Page, incident, objective, trace id or action"
        aria-label="Search commands"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={commands[active] ? `${listId}-${active}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          if (step !== 0) {
            event.preventDefault();
            setActive((active + step + commands.length) % Math.max(1, commands.length));
          } else if (event.key === 'Enter') {
            event.preventDefault();
            run(commands[active]);
          }
        }}
      />
      <ul id={listId} role="listbox" aria-label="Commands" className={classes.results}>
        {commands.map((command, index) => (
          <li
            key={command.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            className={classes.result}
            onMouseMove={() => setActive(index)}
            onClick={() => run(command)}
          >
            <span className="clip">{command.label}</span>
            {command.hint && <span className="muted nowrap">{command.hint}</span>}
            {command.keys && <kbd className="key">{command.keys}</kbd>}
          </li>
        ))}
      </ul>
      {commands.length === 0 && <div className="empty muted">Nothing has that name.</div>}
    </>
  );
}

function useCommands(text: string): Command[] {
  const navigate = useNavigate();
  const project = useProjectSlug();
  const session = useSession();
  const groups = useShortcutGroups();
  const incidents = useApi<IncidentPageOf>('/incidents', { query: { state: 'open', limit: 50 } });
  const objectives = useApi<{ items: ObjectiveSummary[] }>('/objectives', { query: { limit: 500 } });

  const commands: Command[] = groups.flatMap((group) =>
    group.shortcuts.map(({ keys, label, run }) => ({
      id: `${group.name} ${keys}`,
      label,
      hint: group.name,
      keys,
      run,
    })),
  );
  for (const incident of incidents.data?.items ?? []) {
    commands.push({
      id: incident.id,
      label: `${incident.reference} ${incident.title}`,
      hint: 'Incident',
      run: () => void navigate({ to: '/p/$project/incidents/$id', params: { project, id: incident.id } }),
    });
  }
  for (const objective of objectives.data?.items ?? []) {
    commands.push({
      id: objective.id,
      label: objective.name,
      hint: 'SLO',
      run: () => void navigate({ to: '/p/$project/slos/$id', params: { project, id: objective.slug } }),
    });
  }
  for (const other of session.data?.projects ?? []) {
    commands.push({
      id: other.id,
      label: `Switch to ${other.name}`,
      hint: 'Project',
      run: () => void navigate({ to: '/p/$project', params: { project: other.slug } }),
    });
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ label, hint }) => {
    const haystack = `${label} ${hint ?? ''}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
  const traceId = text.trim().toLowerCase();
  if (/^[0-9a-f]{32}$/.test(traceId)) {
    found.unshift({
      id: 'trace',
      label: `Open trace ${traceId}`,
      run: () => void navigate({ to: '/p/$project/traces/$id', params: { project, id: traceId } }),
    });
  }
  return found;
}
