import type { StateColor } from '../design/theme.js';

interface SparklineProps {
  values: readonly (number | null)[];
  label: string;
  width?: number;
  height?: number;
  color?: StateColor;
  /** A reference value, drawn dashed. */
  reference?: number | null;
}

/** A small line without axes; gaps stay gaps. */
export function Sparkline({
  values,
  label,
  width = 72,
  height = 20,
  color = 'data',
  reference = null,
}: SparklineProps) {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length < 2) return <span className="muted">-</span>;
  const all = reference === null ? known : [...known, reference];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value: number) => (high === low ? height / 2 : height - 2 - ((value - low) / (high - low)) * (height - 4));
  const x = (index: number) => (index / (values.length - 1)) * (width - 2) + 1;
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    path += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
  });
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      className={`state-${color}`}
    >
      {reference !== null && (
        <line x1="0" x2={width} y1={y(reference)} y2={y(reference)} stroke="var(--state-muted)" strokeDasharray="2 2" />
      )}
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
