import type { ReactNode } from 'react';
import type { StateColor } from './theme.js';

type Shape = 'square' | 'circle' | 'diamond' | 'ring';
const shapes: Record<StateColor, Shape> = {
  failing: 'square',
  risk: 'diamond',
  ok: 'circle',
  change: 'diamond',
  data: 'circle',
  muted: 'ring',
};

interface StatusProps {
  color: StateColor;
  children: ReactNode;
  title?: string;
}

/** A state: always a word and a shape, never colour alone. */
export function Status({ color, children, title }: StatusProps) {
  return (
    <span className={`badge state-${color}`} title={title}>
      <span className="badge-dot" data-shape={shapes[color]} aria-hidden />
      {children}
    </span>
  );
}

interface MeterProps {
  /** Share in [0,1]; outside it the bar is full or empty and the text beside it tells the number. */
  share: number | null;
  color: StateColor;
  label: string;
}

export function Meter({ share, color, label }: MeterProps) {
  const width = share === null ? 0 : Math.max(0, Math.min(1, share)) * 100;
  return (
    <span className={`meter state-${color}`} role="img" aria-label={label}>
      <span className="meter-fill" style={{ width: `${width}%` }} />
    </span>
  );
}

interface TileProps {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  color?: StateColor;
  title?: string;
}

/** One headline number with its name and one line of context. */
export function Tile({ label, value, note, color, title }: TileProps) {
  return (
    <div className="tile" title={title}>
      <div className="tile-label">{label}</div>
      <div className={`tile-value${color ? ` state-${color}` : ''}`}>{value}</div>
      {note && <div className="tile-note">{note}</div>}
    </div>
  );
}

/** The key of an action, printed on it. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="key wide-only" aria-hidden>
      {children}
    </kbd>
  );
}
