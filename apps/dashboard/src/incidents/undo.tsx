import { notifications } from '@mantine/notifications';

/** A short message with a way back for as long as it is shown. */
export function announceWithUndo(message: string, undo: (() => void) | undefined): void {
  const id = notifications.show({
    withBorder: true,
    autoClose: 5000,
    message: (
      <span className="row">
        {message}
        {undo && (
          <button
            type="button"
            className="link-button"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            Undo
          </button>
        )}
      </span>
    ),
  });
}
