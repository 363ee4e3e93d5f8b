import type { DriftReport } from '@plimsoll/contract';

const escaped = (text: string): string =>
  text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;').replace(/"/gu, '&quot;');

const shown = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(4))));

/** Spreadsheets run cells that begin like a formula: such a cell gets a quote in front. */
const cell = (value: string): string => {
  const safe = /^[=+\-@\t\r]/u.test(value) && !/^-?\d/u.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(safe) ? `"${safe.replace(/"/gu, '""')}"` : safe;
};

const header = [
  'signal',
  'kind',
  'test',
  'statistic',
  'p',
  'q',
  'effect',
  'effect_name',
  'effect_floor',
  'reference_mean',
  'current_mean',
  'drifted',
  'direction',
  'minimum_detectable_effect',
];

/** One line a signal; numbers in full precision. */
export function driftCsv(report: DriftReport): string {
  const full = (value: number | null): string => (value === null ? '' : String(value));
  const lines = report.items.map((signal) => [
    signal.name,
    signal.kind,
    signal.test,
    full(signal.statistic),
    full(signal.p),
    full(signal.q),
    full(signal.effect),
    signal.effectName,
    full(signal.effectFloor),
    full(signal.referenceMean),
    full(signal.currentMean),
    String(signal.drifted),
    signal.direction,
    full(signal.minimumDetectableEffect),
  ]);
  return [header, ...lines]
    .map((line) => line.map(cell).join(','))
    .join('\r\n')
    .concat('\r\n');
}

function bars(report: DriftReport['items'][number]): string {
  const { distribution } = report;
  if (distribution === null) return '';
  const share = (counts: readonly number[]): number[] => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (total > 0 ? count / total : 0));
  };
  const before = share(distribution.reference);
  const after = share(distribution.current);
  const highest = Math.max(...before, ...after, 0.01);
  const width = 12;
  const bar = (value: number, x: number, color: string): string => {
    const height = (value / highest) * 40;
    return `<rect x="${x}" y="${(40 - height).toFixed(1)}" width="5" height="${height.toFixed(1)}" fill="${color}"/>`;
  };
  const drawn = before.map(
    (value, index) => bar(value, index * width, '#8a94a6') + bar(after[index] ?? 0, index * width + 5, '#2563eb'),
  );
  return `<svg width="${before.length * width}" height="40" role="img" aria-label="distribution before and now">${drawn.join('')}</svg>`;
}

const style = `body{font:14px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#111}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .5rem;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}tr.moved td:first-child{font-weight:600}
pre{white-space:pre-wrap;background:#f6f7f9;padding:.6rem;border-radius:4px}.muted{color:#666}`;

/** A page that stands alone: no script, no request. */
export function driftHtml(report: DriftReport): string {
  const rows = report.items.map(
    (signal) =>
      `<tr class="${signal.drifted ? 'moved' : ''}"><td>${escaped(signal.title)}</td><td>${signal.drifted ? `moved${signal.direction === 'neutral' ? '' : `, ${signal.direction}`}` : 'quiet'}</td>` +
      `<td class="n">${shown(signal.referenceMean)}</td><td class="n">${shown(signal.currentMean)}</td>` +
      `<td class="n">${escaped(signal.effectName)} ${shown(signal.effect)}</td><td class="n">${shown(signal.q)}</td>` +
      `<td class="n">${shown(signal.minimumDetectableEffect)}</td><td>${bars(signal)}</td></tr>`,
  );
  const examples = (title: string, list: DriftReport['before']): string =>
    list.length === 0
      ? ''
      : `<h2>${title}</h2>${list.map(({ output, at, model }) => `<p class="muted">${escaped(at)} ${escaped(model ?? '')}</p><pre>${escaped(output ?? 'no longer stored')}</pre>`).join('')}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(report.title)}: drift</title><style>${style}</style></head><body>
<h1>${escaped(report.title)}: ${escaped(report.verdict.replace(/_/gu, ' '))}</h1>
<p>${escaped(report.headline)}</p>
<p class="muted">${report.nCurrent} calls from ${escaped(report.currentFrom)} to ${escaped(report.currentTo)}, against ${report.nReference} of ${escaped(report.referenceTitle)}.
A signal has moved when its q (Benjamini-Hochberg over all signals) is at most 0.01 and its effect reaches its floor.</p>
${report.notes.map((note) => `<p>${escaped(note)}</p>`).join('')}
<table><thead><tr><th>Signal</th><th>Verdict</th><th>Before</th><th>Now</th><th>Effect</th><th>q</th><th>Would have found</th><th>Distribution (grey before, blue now)</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
${examples('Before', report.before)}${examples('Now', report.after)}
</body></html>`;
}
