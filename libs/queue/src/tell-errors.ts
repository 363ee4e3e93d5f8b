import type { EventEmitter } from 'node:events';

/** The part of an order that is told. */
interface Order {
  readonly name: string;
}

interface Source extends EventEmitter {
  readonly name: string;
}

/** The pool's connections are shared: one that drops is told by each queue and worker, with one error object. */
const told = new WeakSet<Error>();

/** `terminating connection due to administrator command (57P01)`: one line, without the driver's own state. */
function lineOf(error: Error): string {
  const [first = ''] = error.message.split('\n', 1);
  const code = (error as { code?: unknown }).code;
  const named = typeof code === 'string' && !first.includes(code) ? ` (${code})` : '';
  return `${first || error.name}${named}`;
}

/**
 * Says what goes wrong in a queue or worker, each error once and as one line. Without a listener BullMQ prints the whole
 * error object with its connection, some hundred lines. A failing order is told when its message changes: it comes
 * again every few seconds as long as its store is away.
 */
export function tellErrors(source: Source, tell: (line: string) => void): void {
  const lastFailures = new Map<string, string>();
  source.on('error', (error: Error) => {
    if (told.has(error)) return;
    told.add(error);
    tell(`queue ${source.name}: ${lineOf(error)}`);
  });
  source.on('failed', (order: Order | undefined, error: Error) => {
    const name = order?.name ?? 'unknown';
    const line = lineOf(error);
    if (lastFailures.get(name) === line) return;
    lastFailures.set(name, line);
    tell(`order ${source.name}.${name}: ${line}`);
  });
  source.on('completed', (order: Order) => lastFailures.delete(order.name));
}
