import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useProject, useProjectSlug, useSession } from '../api/queries.js';
import classes from './header.module.css';

export function ProjectPicker({ className = '' }: { className?: string }) {
  const session = useSession();
  const slug = useProjectSlug();
  const project = useProject();
  const navigate = useNavigate();
  const projects = session.data?.projects ?? [];
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <Button
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Project: ${project?.name ?? slug}`}
          className={`${classes.project} ${className}`}
        >
          <span className="clip">{project?.name ?? slug}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {projects.map((item) => (
          <Menu.Item
            key={item.id}
            leftSection={item.slug === slug ? <IconCheck size={14} /> : <span className={classes.blank} />}
            onClick={() => void navigate({ to: '/p/$project', params: { project: item.slug } })}
          >
            {item.name}
            {item.simulated && <span className="muted"> simulated</span>}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() =>
            void navigate({ to: '/p/$project/settings/$section', params: { project: slug, section: 'projects' } })
          }
        >
          Manage projects
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
