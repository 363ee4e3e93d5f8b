import { generator } from '@plimsoll/statistics';

/** Draws of the distributions that the benches are made of. */
export class Draw {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = generator(seed);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** Logarithmically even. */
  logBetween(low: number, high: number): number {
    return Math.exp(this.between(Math.log(low), Math.log(high)));
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(p: number): boolean {
    return this.random() < p;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Weighted index. */
  index(weights: readonly number[]): number {
    let rest = this.random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return index;
    }
    return weights.length - 1;
  }

  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let [count, product] = [0, this.random()];
    while (product > limit) {
      count += 1;
      product *= this.random();
    }
    return count;
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }
}
