import vm from 'node:vm';

/** Longest text a user's pattern is run on, in UTF-16 units. */
const LONGEST_TEXT = 20_000;
const LONGEST_PATTERN = 1_000;
/** A match that needs longer is given up: ordinary ones take microseconds. */
const TIME_LIMIT_MS = 50;
/** How often a match is tried when the clock ran out but the process did not run: a busy machine is no bad pattern. */
const MOST_TRIES = 20;

/** Why a pattern is refused before it ever runs, or null. */
export function patternProblem(pattern: string, flags: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `must not be longer than ${LONGEST_PATTERN} characters`;
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    return error instanceof Error ? error.message : 'is no regular expression';
  }
  return nestsQuantifiers(pattern)
    ? 'repeats a group that itself repeats without a bound, e.g. (a+)+, which can take exponential time'
    : null;
}

/** True for an unbounded quantifier on a group that holds one. Escapes and character classes are skipped. */
function nestsQuantifiers(pattern: string): boolean {
  const plain = pattern.replace(/\\./gsu, 'x').replace(/\[[^\]]*\]/gu, 'x');
  const holdsRepeat: boolean[] = [false];
  for (let index = 0; index < plain.length; index += 1) {
    const unbounded = /^(?:[*+]|\{\d*,\})/u.exec(plain.slice(index, index + 12)) !== null;
    if (plain[index] === '(') holdsRepeat.push(false);
    else if (plain[index] === ')') {
      const inner = holdsRepeat.pop() ?? false;
      const repeated = /^(?:[*+]|\{\d*,\})/u.test(plain.slice(index + 1, index + 13));
      if (inner && repeated) return true;
      if (inner || repeated) holdsRepeat[holdsRepeat.length - 1] = true;
    } else if (unbounded) holdsRepeat[holdsRepeat.length - 1] = true;
  }
  return false;
}

export type PatternResult = { readonly match: string | null } | { readonly failure: 'time' };

/**
 * A matcher that cannot hang its process. The static check above refuses the exponential shapes it knows; the engine's
 * own time limit stops what slips through, so a hostile pattern costs 50 ms of CPU and answers `failure`. The engine
 * limits by the wall clock: a limit that was reached while other processes had the core says nothing, so the match is
 * tried again.
 */
export function guardedPattern(pattern: string, flags: string): (text: string) => PatternResult {
  const context = vm.createContext({ expression: new RegExp(pattern, flags), text: '' });
  const script = new vm.Script('expression.exec(text)?.[0] ?? null');
  return (text) => {
    context['text'] = text.slice(0, LONGEST_TEXT);
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const before = process.cpuUsage();
      try {
        return { match: script.runInContext(context, { timeout: TIME_LIMIT_MS }) as string | null };
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        const { user, system } = process.cpuUsage(before);
        if (user + system >= TIME_LIMIT_MS * 1_000 * 0.8) break;
      }
    }
    return { failure: 'time' };
  };
}
