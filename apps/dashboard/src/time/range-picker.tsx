import { Button, NativeSelect, Popover, TextInput } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { formatDuration } from '../design/format.js';
import { Key } from '../design/status.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { absolute, parseTime, presets, shiftRange, zoomOut } from './range.js';
import classes from './range-picker.module.css';
import { useTime, type TimeControl } from './use-time.js';
import { browserZone, formatInstant, zoneName } from './zone.js';

function shortLabel(time: TimeControl): string {
  const preset = presets.find(({ from }) => from === time.range.from && time.range.to === 'now');
  return preset?.short ?? formatDuration(time.resolved.toMs - time.resolved.fromMs);
}

function rangeLabel({ range, resolved, zone }: TimeControl): string {
  const preset = presets.find(({ from }) => from === range.from && range.to === 'now');
  if (preset) return preset.label;
  return `${formatInstant(resolved.fromMs, zone)} to ${formatInstant(resolved.toMs, zone)}`;
}

/** The time range of the page: presets, free text and the zone in which times are shown. */
export function RangePicker() {
  const time = useTime();
  const [opened, setOpened] = useState(false);
  useShortcuts('Time range', [
    { keys: 't', label: 'Choose the time range', run: () => setOpened(true) },
    { keys: '[', label: 'Earlier', run: () => time.setRange(shiftRange(time.resolved, -1, Date.now())) },
    { keys: ']', label: 'Later', run: () => time.setRange(shiftRange(time.resolved, 1, Date.now())) },
    { keys: '-', label: 'Zoom out', run: () => time.setRange(zoomOut(time.resolved, Date.now())) },
  ]);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} trapFocus returnFocus>
      <Popover.Target>
        <Button
          leftSection={<IconClock size={16} aria-hidden />}
          onClick={() => setOpened(!opened)}
          title={`Time range: ${rangeLabel(time)}`}
          className={classes.button ?? ''}
        >
          <span className="clip wide-only">{rangeLabel(time)}</span>
          <span className="narrow-only">{shortLabel(time)}</span>
          <span className={`wide-only ${classes.zone}`}>{zoneName(time.resolved.toMs, time.zone)}</span>
          <Key>t</Key>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <RangeForm time={time} onDone={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function RangeForm({ time, onDone }: { time: TimeControl; onDone: () => void }) {
  const [from, setFrom] = useState(time.range.from);
  const [to, setTo] = useState(time.range.to);
  const now = Date.now();
  const fromMs = parseTime(from, now, time.zone);
  const toMs = parseTime(to, now, time.zone, true);
  const disordered = fromMs !== null && toMs !== null && fromMs >= toMs;
  const zones = [...new Set([browserZone(), 'UTC', time.zone])];
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (fromMs === null || toMs === null || disordered) return;
        time.setRange(from.includes('now') || to.includes('now') ? { from, to } : absolute(fromMs, toMs));
        onDone();
      }}
    >
      <div className={classes.presets}>
        {presets.map((preset) => (
          <Button
            key={preset.from}
            variant={preset.from === time.range.from && time.range.to === 'now' ? 'light' : 'default'}
            title={preset.label}
            onClick={() => {
              time.setRange({ from: preset.from, to: 'now' });
              onDone();
            }}
          >
            {preset.short}
          </Button>
        ))}
      </div>
      <TextInput
        label="From"
        description="now-6h, now/d, 2026-11-22 14:00 or epoch ms"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
        error={fromMs === null ? 'Not a time' : undefined}
      />
      <TextInput
        label="To"
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
        error={toMs === null ? 'Not a time' : disordered ? 'Ends before it starts' : undefined}
      />
      <NativeSelect
        label="Show times in"
        data={zones}
        value={time.zone}
        onChange={(event) => time.setZone(event.currentTarget.value)}
      />
      <Button type="submit" variant="filled">
        Show
      </Button>
    </form>
  );
}
