import { ActionIcon, Button, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconCommand, IconMenu2, IconMoon, IconRefresh, IconSun, IconSunMoon } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { StreamState } from '../api/events.js';
import { useProject } from '../api/queries.js';
import { Key } from '../design/status.js';
import { RangePicker } from '../time/range-picker.js';
import { useTime } from '../time/use-time.js';
import classes from './header.module.css';
import { showOverlay, useOverlay } from './overlays.js';
import { ProjectPicker } from './project-picker.js';

const Overlays = lazy(async () => ({ default: (await import('./overlay-dialogs.js')).OverlayDialogs }));

/** Pages whose charts follow the time picker; on the others it would contradict what they show. */
const rangedPages = /^\/p\/[^/]+\/(traces(\/(?!compare)|$)|gpus\/.|slos\/[^/]+\/calls)/;

export function Header({ stream }: { stream: StreamState }) {
  const ranged = useRouterState({ select: ({ location }) => rangedPages.test(location.pathname) });
  const overlay = useOverlay();
  const project = useProject();
  const time = useTime();
  return (
    <header className="shell-header">
      <ActionIcon className="narrow-only" aria-label="Open navigation" onClick={() => showOverlay('navigation')}>
        <IconMenu2 size={18} />
      </ActionIcon>
      <Link to="/" className="shell-brand" aria-label="Plimsoll, home">
        <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden className="state-data">
          <circle cx="16" cy="16" r="10" fill="none" stroke="currentColor" strokeWidth="3" />
          <path d="M1 16h30" stroke="currentColor" strokeWidth="3" />
        </svg>
        <span className="wide-only">Plimsoll</span>
      </Link>
      <ProjectPicker className="wide-only" />
      {project?.simulated && (
        <span className={classes.simulated} title="Everything in this project was produced by the demo.">
          Simulated<span className="wide-only"> data</span>
        </span>
      )}
      <span className="shell-spacer" />
      {ranged && <RangePicker />}
      <Tooltip label={streamTitles[stream]}>
        <ActionIcon
          aria-label={`Refresh. ${streamTitles[stream]}`}
          onClick={time.refresh}
          className={classes.refresh ?? ''}
        >
          <IconRefresh size={17} />
          <span className={classes.stream} data-state={stream} />
        </ActionIcon>
      </Tooltip>
      <Button
        className="wide-only"
        leftSection={<IconCommand size={15} aria-hidden />}
        onClick={() => showOverlay('palette')}
        rightSection={<Key>Ctrl K</Key>}
      >
        Search
      </Button>
      <ThemeMenu />
      {overlay !== null && (
        <Suspense fallback={null}>
          <Overlays overlay={overlay} />
        </Suspense>
      )}
    </header>
  );
}

const streamTitles: Record<StreamState, string> = {
  live: 'Live: changes are pushed to this page.',
  polling: 'Updates every 30 seconds.',
  paused: 'Paused while the page was hidden.',
};

function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choices = [
    { scheme: 'auto', label: 'As the system', icon: IconSunMoon },
    { scheme: 'dark', label: 'Dark', icon: IconMoon },
    { scheme: 'light', label: 'Light', icon: IconSun },
  ] as const;
  const Current = choices.find(({ scheme }) => scheme === colorScheme)?.icon ?? IconSunMoon;
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon aria-label="Theme">
          <Current size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(({ scheme, label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={15} />}
            rightSection={scheme === colorScheme ? <IconCheck size={14} /> : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
