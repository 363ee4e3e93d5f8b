import { notifications } from '@mantine/notifications';

/** A short message at the edge of the page that goes by itself. */
export function announce(message: string): void {
  notifications.show({ message, withBorder: true });
}

/** What could not be done and why; stays until it is closed. */
export function announceFailure(what: string, error: unknown): void {
  notifications.show({
    title: what,
    message: error instanceof Error ? error.message : String(error),
    color: 'red',
    withBorder: true,
    autoClose: 15_000,
  });
}
