import type { ChartSeries } from './series.js';

/** Cells that a spreadsheet would run as a formula are marked as text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180 with raw numbers; a missing value is an empty cell. */
export function csvText(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const line = (cells: readonly (string | number | null)[]): string =>
    cells.map((value) => (value === null ? '' : cell(String(value)))).join(',');
  return `${[header, ...rows].map(line).join('\r\n')}\r\n`;
}

/** One line a time, one column a series. */
export function seriesCsv(series: readonly ChartSeries[]): string {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b);
  const lookup = series.map(({ points }) => new Map(points));
  return csvText(
    ['time', ...series.map(({ name }) => name)],
    times.map((time) => [new Date(time).toISOString(), ...lookup.map((values) => values.get(time) ?? null)]),
  );
}
