/** Where `start` speaks to the person at the terminal. */
export interface Progress {
  /** One line with the seconds since the start. */
  say(line: string): void;
  warn(line: string): void;
  /** A block of plain text. */
  show(text: string): void;
}

export function terminalProgress(): Progress {
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
  return {
    say: (line) => process.stdout.write(`[${seconds()} s] ${line}\n`),
    warn: (line) => process.stderr.write(`[${seconds()} s] ! ${line}\n`),
    show: (text) => process.stdout.write(`${text}\n`),
  };
}
