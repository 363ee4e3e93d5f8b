import type { Detector } from './detector.js';

/** A project's own rule as it is stored. */
export interface CustomRule {
  /** Stands in the replacement, `[customer_number]`, and in the counters. */
  readonly id: string;
  readonly pattern: string;
  readonly ignoreCase: boolean;
}

const longestPattern = 500;
/**
 * What a pattern may try from one position: characters that it looks at in all the ways in which it may match. Every repeat has
 * a bound, so the work over a text is at most this times its length: linear, whatever the text.
 */
const mostSteps = 500;
const longestMatch = 1_000;
/**
 * Steps over one text, some 0.2 s: a step takes 3 to 7 ns (Node 20 on 2 cores, texts and patterns made to take long). A usual
 * rule of 25 steps is run over 2 million characters.
 */
const mostStepsOverText = 50_000_000;

interface Reach {
  /** In how many ways it may match from one position. */
  readonly ways: number;
  /** Characters looked at in all of them together. */
  readonly steps: number;
  /** The longest match, in characters. */
  readonly length: number;
}

const one: Reach = { ways: 1, steps: 1, length: 1 };

class Refused extends Error {}

/** Reads a pattern that the engine accepts and counts how it may match from one position. */
class ReachCounter {
  private at = 0;

  constructor(private readonly pattern: string) {}

  alternatives(): Reach {
    let { ways, steps, length } = this.sequence();
    while (this.pattern[this.at] === '|') {
      this.at += 1;
      const next = this.sequence();
      ways += next.ways;
      steps += next.steps;
      length = Math.max(length, next.length);
    }
    return { ways, steps, length };
  }

  private sequence(): Reach {
    let ways = 1;
    let steps = 0;
    let length = 0;
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at] ?? '')) {
      const part = this.repeated(this.atom());
      // What follows is tried anew after each way of what stands before.
      steps += ways * part.steps;
      ways *= part.ways;
      length += part.length;
    }
    return { ways, steps, length };
  }

  private atom(): Reach {
    const first = this.pattern[this.at];
    this.at += 1;
    if (first === '(') return this.group();
    if (first === '[') this.skipClass();
    else if (first === '\\') this.skipEscape();
    return one;
  }

  private group(): Reach {
    const opening = /^\?(?:<?[=!]|:|<\w+>)/u.exec(this.pattern.slice(this.at));
    this.at += opening?.[0].length ?? 0;
    const inner = this.alternatives();
    this.at += 1;
    return inner;
  }

  private skipClass(): void {
    while (this.pattern[this.at] !== ']') this.at += this.pattern[this.at] === '\\' ? 2 : 1;
    this.at += 1;
  }

  private skipEscape(): void {
    const escape = /^(?:[1-9]|k<)/u.exec(this.pattern.slice(this.at));
    if (escape !== null) throw new Refused('must not refer back to a group: such patterns are not linear');
    const long = /^(?:[pPu]\{[^}]*\}|.)/su.exec(this.pattern.slice(this.at));
    this.at += long?.[0].length ?? 1;
  }

  /** An atom together with the quantifier behind it: one way for each number of repeats, each as often as it branches. */
  private repeated({ ways, steps, length }: Reach): Reach {
    const quantifier = /^(?:\?|[*+]|\{(\d+)(,?)(\d*)\})\??/u.exec(this.pattern.slice(this.at));
    if (quantifier === null) return { ways, steps, length };
    this.at += quantifier[0].length;
    const [text, from, comma, to] = quantifier;
    if (text.startsWith('?')) return { ways: 1 + ways, steps, length };
    if (from === undefined || (comma === ',' && to === '')) {
      throw new Refused(`repeats without a bound (${text}): write one, such as {1,40}`);
    }
    const most = Number(comma === ',' ? to : from);
    let total = Number(from) === 0 ? 1 : 0;
    let tried = 0;
    for (let times = 1; times <= most && tried <= mostSteps; times += 1) {
      tried += ways ** (times - 1) * steps;
      if (times >= Number(from)) total += ways ** times;
    }
    return { ways: total, steps: tried, length: length * most };
  }
}

/** Why a rule's pattern is refused before it ever runs, or null. Linear by construction: see `mostSteps`. */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > longestPattern) return `must not be longer than ${longestPattern} characters`;
  try {
    if (new RegExp(pattern, 'u').test('')) return 'matches the empty text';
    const { steps, length } = new ReachCounter(pattern).alternatives();
    if (length > longestMatch) return `can take more than ${longestMatch} characters: make its repeats narrower`;
    return steps > mostSteps ? `can take more than ${mostSteps} steps from one position: narrow its repeats` : null;
  } catch (error) {
    return error instanceof Error ? error.message : 'is no regular expression';
  }
}

/** The rule as a detector; its pattern must have passed `patternProblem`. */
export function detectorOfRule(rule: CustomRule): Detector {
  return {
    id: rule.id,
    title: rule.id,
    pattern: new RegExp(rule.pattern, rule.ignoreCase ? 'giu' : 'gu'),
    confirm: (candidate) => candidate.length,
    longestText: Math.floor(mostStepsOverText / Math.max(new ReachCounter(rule.pattern).alternatives().steps, 1)),
  };
}
