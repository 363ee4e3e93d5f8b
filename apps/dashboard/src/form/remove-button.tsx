import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../api/queries.js';
import { Dialog } from '../design/dialog.js';
import { announceFailure } from '../shell/announce.js';

interface RemoveButtonProps {
  path: string;
  /** Name of the thing, for questions and failures. */
  what: string;
  /** What happens then, as a sentence. */
  consequence: string;
  invalidates: readonly string[];
  action?: string;
}

/** Removes one thing after saying what that means. */
export function RemoveButton({ path, what, consequence, invalidates, action = 'Remove' }: RemoveButtonProps) {
  const [asking, setAsking] = useState(false);
  const remove = useCall(invalidates);
  const close = () => setAsking(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>{action}</Button>
      <Dialog opened={asking} onClose={close} title={`${action} ${what}`}>
        <div className="stack">
          <span>{consequence}</span>
          <Button
            color="red"
            variant="filled"
            loading={remove.isPending}
            onClick={() =>
              remove.mutate(
                { path, method: 'DELETE' },
                { onSuccess: close, onError: (error) => announceFailure(`${what}: not done`, error) },
              )
            }
          >
            {action}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
