import { Button } from '@mantine/core';
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { Empty } from '../design/states.js';

/** A fault of the page itself. Says what happened and offers the two ways out; other pages stay usable. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  return (
    <div role="alert">
      <Empty
        title="This page failed."
        action={
          <div className="row">
            <Button onClick={reset}>Try again</Button>
            <Button onClick={() => window.location.reload()}>Reload</Button>
          </div>
        }
      >
        {error instanceof Error ? error.message : String(error)}
      </Empty>
    </div>
  );
}

export function PageMissing() {
  return (
    <Empty title="There is no such page." action={<Link to="/">Go to the start</Link>}>
      The link may be old, or the thing was removed.
    </Empty>
  );
}
