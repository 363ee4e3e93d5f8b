import { readFileSync } from 'node:fs';
import { PlimsollError } from '@plimsoll/contract';

/** @throws PlimsollError `invalid_input` naming the file. */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new PlimsollError('invalid_input', `${path}: cannot be read (${reason})`, { field: path, cause });
  }
}

export function readText(path: string): string {
  return Buffer.from(readBytes(path)).toString('utf8');
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlimsollError('invalid_input', `${where}: not JSON (${reason})`, { field: where, cause });
  }
}

/** One JSON value from standard input. */
export function readStandardInput(): unknown {
  let text: string;
  try {
    text = readFileSync(0, 'utf8');
  } catch (cause) {
    throw new PlimsollError('invalid_input', 'standard input: cannot be read; pipe the JSON in', { cause });
  }
  if (text.trim() === '') throw new PlimsollError('invalid_input', 'standard input: empty; pipe the JSON in');
  return parseJson(text, 'standard input');
}

/** One JSON value a line; blank lines are skipped. */
export function readJsonLines(path: string): { value: unknown; line: number }[] {
  const values: { value: unknown; line: number }[] = [];
  for (const [index, text] of readText(path).split('\n').entries()) {
    const line = index + 1;
    if (text.trim() !== '') values.push({ value: parseJson(text, `${path}:${line}`), line });
  }
  return values;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
