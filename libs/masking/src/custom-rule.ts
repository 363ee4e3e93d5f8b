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
 * Ways in which a pattern may try to match from one position, and the characters it may take. Every repeat has a bound, so
 * the work over a text is at most both times its length: linear, whatever the text.
 */
const mostWays = 500;
const longestMatch = 1_000;

interface Reach {
  readonly ways: number;
  readonly length: number;
}

const one: Reach = { ways: 1, length: 1 };

class Refused extends Error {}

/** Reads a pattern that the engine accepts and counts how it may match from one position. */
class ReachCounter {
  private at = 0;

  constructor(private readonly pattern: string) {}

  alternatives(): Reach {
    let { ways, length } = this.sequence();
    while (this.pattern[this.at] === '|') {
      this.at += 1;
      const next = this.sequence();
      ways += next.ways;
      length = Math.max(length, next.length);
    }
    return { ways, length };
  }

  private sequence(): Reach {
    let ways = 1;
    let length = 0;
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at] ?? '')) {
      const part = this.repeated(this.atom());
      ways *= part.ways;
      length += part.length;
    }
    return { ways, length };
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
  private repeated({ ways, length }: Reach): Reach {
    const quantifier = /^(?:\?|[*+]|\{(\d+)(,?)(\d*)\})\??/u.exec(this.pattern.slice(this.at));
    if (quantifier === null) return { ways, length };
    this.at += quantifier[0].length;
    const [text, from, comma, to] = quantifier;
    if (text.startsWith('?')) return { ways: 1 + ways, length };
    if (from === undefined || (comma === ',' && to === '')) {
      throw new Refused(`repeats without a bound (${text}): write one, such as {1,40}`);
    }
    const most = Number(comma === ',' ? to : from);
    let total = 0;
    for (let times = Number(from); times <= most && total <= mostWays; times += 1) total += ways ** times;
    return { ways: total, length: length * most };
  }
}

/** Why a rule's pattern is refused before it ever runs, or null. Linear by construction: see `mostWays`. */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > longestPattern) return `must not be longer than ${longestPattern} characters`;
  try {
    if (new RegExp(pattern, 'u').test('')) return 'matches the empty text';
    const { ways, length } = new ReachCounter(pattern).alternatives();
    if (length > longestMatch) return `can take more than ${longestMatch} characters: make its repeats narrower`;
    return ways > mostWays ? `can match in more than ${mostWays} ways from one position: narrow its repeats` : null;
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
    confirm: (candidate) => candidate !== '',
  };
}
