import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Waiting } from '../design/states.js';

interface RedirectProps {
  to: '/sign-in' | '/p/$project' | '/p/$project/welcome' | '/p/$project/incidents' | '/p/$project/slos';
  project?: string;
}

/**
 * Goes elsewhere once, in place of the present entry of the history. The router's own component starts over whenever it
 * is drawn again with a new `params` object, which never ends while the target is still loading.
 */
export function Redirect({ to, project = '' }: RedirectProps) {
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ to, params: { project }, replace: true });
  }, [navigate, to, project]);
  return <Waiting />;
}
