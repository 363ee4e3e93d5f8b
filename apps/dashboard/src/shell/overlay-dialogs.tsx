import { Switch } from '@mantine/core';
import { useState } from 'react';
import { Dialog, SidePanel } from '../design/dialog.js';
import classes from './overlays.module.css';
import { Navigation } from './navigation.js';
import { showOverlay, type Overlay } from './overlays.js';
import { CommandPalette } from './command-palette.js';
import { ProjectPicker } from './project-picker.js';
import { setSingleKeys, singleKeysEnabled, useShortcutGroups } from './shortcuts.js';

const close = () => showOverlay(null);

/** The dialogs of the frame, loaded when the first of them is opened. */
export function OverlayDialogs({ overlay }: { overlay: Overlay }) {
  return (
    <>
      <CommandPalette opened={overlay === 'palette'} onClose={close} />
      <Dialog opened={overlay === 'keys'} onClose={close} title="Keys" size="lg">
        <KeySheet />
      </Dialog>
      <SidePanel opened={overlay === 'navigation'} onClose={close} position="left" size="240px" title="Plimsoll">
        <ProjectPicker />
        <nav aria-label="Main" className={classes.drawerNav}>
          <Navigation onNavigate={close} />
        </nav>
      </SidePanel>
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
