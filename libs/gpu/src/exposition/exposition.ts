/** Limits of one scraped page: what is over them is refused and counted, so that a target cannot exhaust a worker. */
export const expositionLimits = { bytes: 10 * 1024 * 1024, lineBytes: 64 * 1024, series: 50_000 } as const;

export interface Exemplar {
  labels: ReadonlyMap<string, string>;
  value: number;
  timestampMs: number | null;
}

export interface Sample {
  name: string;
  labels: ReadonlyMap<string, string>;
  value: number;
  timestampMs: number | null;
  exemplar: Exemplar | null;
}

export interface RejectedLine {
  /** 1-based. */
  line: number;
  reason: string;
}

export interface ExpositionPage {
  samples: Sample[];
  /** Declared type by family name. */
  types: ReadonlyMap<string, string>;
  rejected: RejectedLine[];
  /** Text of the first rejected line, cut to 200 characters. */
  firstRejected: string | null;
  format: 'text' | 'openmetrics';
}

/** Why a line is refused; never leaves this file. */
class BadLine extends Error {}

const valuePattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const specialValues: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
};

function readNumber(text: string, what: string): number {
  if (text === '') throw new BadLine(`${what} is missing`);
  if (valuePattern.test(text)) return Number(text);
  const special = specialValues[text.toLowerCase()];
  if (special === undefined) throw new BadLine(`${what} "${text.slice(0, 20)}" is not a number`);
  return special;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58;
}

function isNameRest(code: number): boolean {
  return isNameStart(code) || (code >= 48 && code <= 57);
}

/** Walks one line from left to right; every character is looked at a bounded number of times. */
class LineReader {
  private at = 0;
  constructor(private readonly line: string) {}

  skipSpace(): void {
    while (isSpace(this.line.charCodeAt(this.at))) this.at += 1;
  }

  peek(): string {
    return this.line.charAt(this.at);
  }

  take(expected: string, where: string): void {
    if (this.peek() !== expected) throw new BadLine(`expected ${expected} ${where} at column ${this.at + 1}`);
    this.at += 1;
  }

  name(what: string): string {
    const from = this.at;
    if (!isNameStart(this.line.charCodeAt(this.at))) throw new BadLine(`${what} expected at column ${this.at + 1}`);
    while (isNameRest(this.line.charCodeAt(this.at))) this.at += 1;
    return this.line.slice(from, this.at);
  }

  word(): string {
    this.skipSpace();
    const from = this.at;
    while (this.at < this.line.length && !isSpace(this.line.charCodeAt(this.at))) this.at += 1;
    return this.line.slice(from, this.at);
  }

  /** A quoted label value with the escapes \\ \" \n. */
  quoted(): string {
    this.take('"', 'before a label value');
    let from = this.at;
    let text = '';
    while (this.at < this.line.length) {
      const char = this.line.charAt(this.at);
      if (char === '"') {
        text += this.line.slice(from, this.at);
        this.at += 1;
        return text;
      }
      if (char === '\\') {
        const next = this.line.charAt(this.at + 1);
        const escaped = next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
        text += this.line.slice(from, this.at) + escaped;
        this.at += 2;
        from = this.at;
      } else this.at += 1;
    }
    throw new BadLine('a label value is not closed');
  }

  labels(): Map<string, string> {
    const labels = new Map<string, string>();
    this.take('{', 'before labels');
    for (;;) {
      this.skipSpace();
      if (this.peek() === '}') break;
      const name = this.name('label name');
      this.skipSpace();
      this.take('=', `after label ${name}`);
      this.skipSpace();
      if (labels.has(name)) throw new BadLine(`label ${name} is repeated`);
      labels.set(name, this.quoted());
      this.skipSpace();
      if (this.peek() !== ',') break;
      this.at += 1;
    }
    this.take('}', 'after labels');
    return labels;
  }

  done(): boolean {
    this.skipSpace();
    return this.at >= this.line.length;
  }
}

const noLabels: ReadonlyMap<string, string> = new Map();

/** The text format writes whole milliseconds, OpenMetrics seconds with a fraction. */
function readTimestamp(word: string, openMetrics: boolean): number {
  const value = readNumber(word, 'timestamp');
  if (!Number.isFinite(value)) throw new BadLine('timestamp is not finite');
  if (!openMetrics && !Number.isInteger(value)) throw new BadLine('timestamp is not in whole milliseconds');
  return openMetrics ? Math.round(value * 1000) : value;
}

function readExemplar(reader: LineReader): Exemplar {
  reader.take('#', 'before an exemplar');
  reader.skipSpace();
  const labels = reader.labels();
  const value = readNumber(reader.word(), 'exemplar value');
  const timestampMs = reader.done() ? null : readTimestamp(reader.word(), true);
  return { labels, value, timestampMs };
}

function readSample(line: string, openMetrics: boolean): Sample {
  const reader = new LineReader(line);
  reader.skipSpace();
  const name = reader.name('metric name');
  reader.skipSpace();
  const labels = reader.peek() === '{' ? reader.labels() : noLabels;
  const value = readNumber(reader.word(), 'value');
  let timestampMs: number | null = null;
  let exemplar: Exemplar | null = null;
  if (!reader.done() && reader.peek() !== '#') timestampMs = readTimestamp(reader.word(), openMetrics);
  if (!reader.done() && openMetrics) exemplar = readExemplar(reader);
  if (!reader.done()) throw new BadLine('something follows the sample');
  return { name, labels, value, timestampMs, exemplar };
}

function readComment(line: string, types: Map<string, string>): void {
  const [, keyword, family, kind] = line.trim().split(/[ \t]+/, 4);
  if (keyword === 'TYPE' && family !== undefined && kind !== undefined && !types.has(family)) types.set(family, kind);
}

function decode(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/**
 * Reads a Prometheus text (0.0.4) or OpenMetrics (1.0) page; the latter is told by its `# EOF`. A bad line is refused
 * alone, with its number and reason; everything else is kept, duplicates too. Linear in the size of the page.
 */
export function parseExposition(body: Uint8Array | string): ExpositionPage {
  const over = body.length > expositionLimits.bytes;
  const text = decode(over ? body.slice(0, expositionLimits.bytes) : body);
  const format = /(?:^|\n)# EOF[ \t\r]*\n?$/.test(text.slice(-16)) ? 'openmetrics' : 'text';
  const types = new Map<string, string>();
  const page: ExpositionPage = { samples: [], types, rejected: [], firstRejected: null, format };
  let line = 0;
  for (let from = 0; from <= text.length;) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(from, text.charCodeAt(end - 1) === 13 && end > from ? end - 1 : end);
    line += 1;
    from = end + 1;
    if (content.length > expositionLimits.lineBytes) reject(page, line, content, 'longer than 64 KiB');
    else if (/^[ \t]*#/.test(content)) readComment(content, types);
    else if (content.trim() !== '') readInto(page, line, content);
  }
  if (over) reject(page, line, '', 'the page is larger than 10 MiB: the rest was not read');
  return page;
}

function readInto(page: ExpositionPage, line: number, content: string): void {
  if (page.samples.length >= expositionLimits.series) {
    reject(page, line, content, 'more than 50,000 series');
    return;
  }
  try {
    page.samples.push(readSample(content, page.format === 'openmetrics'));
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    reject(page, line, content, error.message);
  }
}

function reject(page: ExpositionPage, line: number, content: string, reason: string): void {
  page.firstRejected ??= content.slice(0, 200);
  page.rejected.push({ line, reason });
}

export interface PrintedSample {
  name: string;
  labels: Record<string, string>;
  value: number | 'NaN' | '+Inf' | '-Inf';
  timestamp_ms?: number;
  exemplar?: { labels: Record<string, string>; value: number | 'NaN' | '+Inf' | '-Inf'; timestamp_ms?: number };
}

function printValue(value: number): PrintedSample['value'] {
  if (Number.isNaN(value)) return 'NaN';
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : value;
}

function withTime(timestampMs: number | null): { timestamp_ms?: number } {
  return timestampMs === null ? {} : { timestamp_ms: timestampMs };
}

/** A sample as `plimsoll eval exposition` prints it. */
export function printSample(sample: Sample): PrintedSample {
  const { exemplar } = sample;
  return {
    name: sample.name,
    labels: Object.fromEntries(sample.labels),
    value: printValue(sample.value),
    ...withTime(sample.timestampMs),
    ...(exemplar === null
      ? {}
      : {
          exemplar: {
            labels: Object.fromEntries(exemplar.labels),
            value: printValue(exemplar.value),
            ...withTime(exemplar.timestampMs),
          },
        }),
  };
}
