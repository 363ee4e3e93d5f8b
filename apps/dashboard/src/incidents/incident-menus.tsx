import { ActionIcon, Button, Menu } from '@mantine/core';
import type { Incident } from '@plimsoll/contract';
import { IconDotsVertical, IconUser } from '@tabler/icons-react';
import { useSession } from '../api/queries.js';
import { Key } from '../design/status.js';
import type { IncidentDialog } from './incident-dialogs.js';
import type { ActionDetail, IncidentAction } from './use-incident-action.js';
import { useContactNames } from './use-contact-names.js';

/** What every part of the head of an incident is given. */
export interface IncidentHeadProps {
  incident: Incident;
  onAction: (action: IncidentAction, detail?: ActionDetail) => void;
  onDialog: (dialog: IncidentDialog) => void;
}

/** Who has it; a choice gives it to somebody else. */
export function AssignMenu({ incident, onAction }: Pick<IncidentHeadProps, 'incident' | 'onAction'>) {
  const contacts = useContactNames();
  const me = useSession().data?.user?.name;
  const people = [...new Set([...(me ? [me] : []), ...contacts])];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          leftSection={<IconUser size={14} aria-hidden />}
          title="Who has it"
          aria-label={`${incident.assignee ?? 'Assign'}, who has it`}
        >
          <span className="wide-only">{incident.assignee ?? 'Assign'}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {people.length === 0 && <Menu.Label>Nobody is known yet: add contacts in Settings, On call.</Menu.Label>}
        {people.map((name) => (
          <Menu.Item key={name} onClick={() => onAction('assign', { assignee: name })}>
            {name === me ? `${name} (you)` : name}
          </Menu.Item>
        ))}
        {incident.assignee !== null && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => onAction('assign')}>Nobody</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface MoreMenuProps extends IncidentHeadProps {
  exported: (format: string) => string;
}

export function MoreMenu({ incident, onAction, onDialog, exported }: MoreMenuProps) {
  const other = incident.severity === 'page' ? 'ticket' : 'page';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More actions">
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onDialog('snooze')} rightSection={<Key>s</Key>}>
          Snooze
        </Menu.Item>
        <Menu.Item onClick={() => onDialog('mute')} rightSection={<Key>m</Key>}>
          Mute its objective
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => onAction('mitigate')}>Mark as mitigated</Menu.Item>
        <Menu.Item onClick={() => onAction('false_alarm')}>Mark as a false alarm</Menu.Item>
        <Menu.Item onClick={() => onAction('set_severity', { severity: other })}>Make it a {other}</Menu.Item>
        <Menu.Item onClick={() => onDialog('merge')}>Merge into another</Menu.Item>
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
  );
}
