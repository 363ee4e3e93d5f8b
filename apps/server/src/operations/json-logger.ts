import type { LoggerService } from '@nestjs/common';
import type { Settings } from '@plimsoll/contract';
import { type Logger, pino } from 'pino';

const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/\bplk_([a-z0-9]+)_[A-Za-z0-9_-]+/g, 'plk_$1_***'],
  // user:password@ in the URL of a store
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@'],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, '$1 ***'],
  [/([?&](?:token|key|password)=)[^\s&]+/gi, '$1***'],
];

/** Text without the secrets that error messages tend to carry. */
export function withoutSecrets(text: string): string {
  return secretPatterns.reduce((sofar, [pattern, replacement]) => sofar.replace(pattern, replacement), text);
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.stack ?? message.message;
  if (typeof message === 'string') return message;
  try {
    return JSON.stringify(message) ?? String(message);
  } catch {
    return String(message);
  }
}

function ignoreLostReader(): void {
  // Nobody reads what could be said about it.
}

/** Nest's logger as one JSON line a message on standard output; no secret passes it. */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(settings: Pick<Settings, 'logLevel' | 'roles'>) {
    const options = {
      level: settings.logLevel,
      base: { roles: settings.roles.join(',') },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    // Not pino's own destination: when the reader is gone (the supervisor was killed), its flush at exit tries for ever.
    this.pino = pino(options, process.stdout);
    process.stdout.on('error', ignoreLostReader);
  }

  log(message: unknown, ...more: unknown[]): void {
    this.write('info', message, more);
  }

  error(message: unknown, ...more: unknown[]): void {
    this.write('error', message, more);
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.write('warn', message, more);
  }

  debug(message: unknown, ...more: unknown[]): void {
    this.write('debug', message, more);
  }

  fatal(message: unknown, ...more: unknown[]): void {
    this.write('fatal', message, more);
  }

  private write(level: 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, more: unknown[]): void {
    // Nest passes the context last, and a stack before it for errors.
    const context = more.length > 0 ? more.at(-1) : undefined;
    const rest = more.slice(0, -1).filter((part) => part !== undefined);
    const text = withoutSecrets([message, ...rest].map(textOf).join('\n'));
    this.pino[level]({ context: typeof context === 'string' ? context : undefined }, text);
  }
}
