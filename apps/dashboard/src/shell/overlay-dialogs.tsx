import { Drawer, Modal, Switch } from '@mantine/core';
import { useState } from 'react';
import classes from './overlays.module.css';
import { Navigation } from './navigation.js';
import { showOverlay, type Overlay } from './overlays.js';
import { CommandPalette } from './command-palette.js';
import { setSingleKeys, singleKeysEnabled, useShortcutGroups } from './shortcuts.js';

const close = () => showOverlay(null);

/** The dialogs of the frame, loaded when the first of them is opened. */
export function OverlayDialogs({ overlay }: { overlay: Overlay }) {
  return (
    <>
      <CommandPalette opened={overlay === 'palette'} onClose={close} />
      <Modal
        opened={overlay === 'keys'}
        onClose={close}
        title="Keys"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <KeySheet />
      </Modal>
      <Drawer
        opened={overlay === 'navigation'}
        onClose={close}
        position="left"
        size="240px"
        title="Plimsoll"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <nav aria-label="Main">
          <Navigation onNavigate={close} />
        </nav>
      </Drawer>
    </>
  );
}

function KeySheet() {
  const groups = useShortcutGroups();
  const [enabled, setEnabled] = useState(singleKeysEnabled);
  return (
    <div className="stack">
      <Switch
        label="Single keys do something"
        checked={enabled}
        onChange={(event) => {
          setSingleKeys(event.currentTarget.checked);
          setEnabled(event.currentTarget.checked);
        }}
      />
      <div className={classes.groups}>
        <section>
          <h3 className="panel-title">Palette</h3>
          <KeyLine keys="Ctrl K" label="Search and run" />
        </section>
        {groups.map((group, index) => (
          <section key={`${group.name}-${index}`}>
            <h3 className="panel-title">{group.name}</h3>
            {group.shortcuts.map(({ keys, label }) => (
              <KeyLine key={keys} keys={keys} label={label} />
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}

function KeyLine({ keys, label }: { keys: string; label: string }) {
  return (
    <div className={classes.line}>
      <span>{label}</span>
      <kbd className="key">{keys}</kbd>
    </div>
  );
}
