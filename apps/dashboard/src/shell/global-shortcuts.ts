import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useProjectSlug } from '../api/queries.js';
import { freezeRange } from '../time/range.js';
import { useTime } from '../time/use-time.js';
import { destinations } from './navigation.js';
import { toggleOverlay } from './overlays.js';
import { useShortcuts } from './shortcuts.js';
import { announce } from './announce.js';

/** The keys that work on every page. */
export function useGlobalShortcuts(): void {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const time = useTime();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('dark');

  const copyLink = () => {
    const url = new URL(window.location.href);
    const frozen = freezeRange(time.range, Date.now(), time.zone);
    url.searchParams.set('from', frozen.from);
    url.searchParams.set('to', frozen.to);
    url.searchParams.set('tz', time.zone);
    void navigator.clipboard.writeText(url.toString()).then(() => announce('Link copied, with its times fixed.'));
  };

  useShortcuts('Everywhere', [
    { keys: '?', label: 'Show all keys', run: () => toggleOverlay('keys') },
    { keys: '/', label: 'Filter', run: focusFilter },
    { keys: 'Shift+L', label: 'Copy a link with fixed times', run: copyLink },
    { keys: 'Shift+D', label: 'Dark or light', run: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark') },
    ...destinations.map(({ to, label, keys }) => ({
      keys,
      label: `Go to ${label}`,
      run: () => void navigate({ to, params: { project } }),
    })),
  ]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        toggleOverlay('palette');
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
}
