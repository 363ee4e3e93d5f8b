/** What Linux tells of processes: CPU time and memory of each part of the platform with its children. */
import { readdirSync, readFileSync } from 'node:fs';

const ticksASecond = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Memory shared by several processes is counted once, in parts. */
  readonly pssBytes: number;
}

/** CPU seconds of one process, children that have ended not included. */
export function cpuSeconds(pid: number): number {
  return cpuSecondsIn(textOf(`/proc/${pid}/stat`));
}

function cpuSecondsIn(stat: string): number {
  // The name in parentheses may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksASecond;
}

/** CPU seconds of the threads of a process, by their ids. */
export function cpuSecondsOfTasks(pid: number): Map<number, { readonly name: string; readonly seconds: number }> {
  return new Map(
    tasksOf(pid).map((task) => {
      const stat = textOf(`/proc/${pid}/task/${task}/stat`);
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      return [Number(task), { name, seconds: cpuSecondsIn(stat) }];
    }),
  );
}

/** Of a process and all that it started. */
export function usageOfTree(pid: number): Usage {
  const pids = [pid, ...descendantsOf(pid)];
  const memory = pids.map((each) => textOf(`/proc/${each}/smaps_rollup`));
  return {
    cpuSeconds: sum(pids.map(cpuSeconds)),
    rssBytes: sum(memory.map((text) => kilobytes(text, 'Rss'))) * 1024,
    pssBytes: sum(memory.map((text) => kilobytes(text, 'Pss'))) * 1024,
  };
}

function descendantsOf(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [...children, ...children.flatMap(descendantsOf)];
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}

/** Empty for a process or thread that has just ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, each) => total + each, 0);
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
