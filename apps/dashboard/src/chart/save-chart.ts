import { readToken } from '../design/theme.js';

/** The name of a file made of a chart's sentence. */
function fileName(label: string, ending: string): string {
  const words = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${words.slice(0, 80) || 'chart'}.${ending}`;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun by then; an address that is kept holds the whole file.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveCsv(label: string, text: string): void {
  save(new Blob([text], { type: 'text/csv;charset=utf-8' }), fileName(label, 'csv'));
}

const margin = 12;
const lineHeight = 18;

/** The drawn chart with its sentence and legend above, on the page's own ground: readable where it is pasted. */
export function savePng(label: string, legend: string, canvas: HTMLCanvasElement): void {
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const head = margin + lineHeight * (legend === '' ? 1 : 2) + 6;
  const image = document.createElement('canvas');
  image.width = canvas.width + 2 * margin * scale;
  image.height = canvas.height + (head + margin) * scale;
  const pen = image.getContext('2d');
  if (!pen) return;
  pen.scale(scale, scale);
  pen.fillStyle = readToken('--surface');
  pen.fillRect(0, 0, image.width / scale, image.height / scale);
  const width = image.width / scale - 2 * margin;
  const family = getComputedStyle(document.body).fontFamily;
  pen.textBaseline = 'top';
  pen.fillStyle = readToken('--mantine-color-text');
  pen.font = `600 13px ${family}`;
  pen.fillText(label, margin, margin, width);
  pen.fillStyle = readToken('--mantine-color-dimmed');
  pen.font = `11px ${family}`;
  pen.fillText(legend, margin, margin + lineHeight, width);
  pen.drawImage(canvas, margin, head, canvas.width / scale, canvas.height / scale);
  image.toBlob((blob) => {
    if (blob) save(blob, fileName(label, 'png'));
  }, 'image/png');
}
