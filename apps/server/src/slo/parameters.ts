/** Named values of a statement: text of users reaches ClickHouse as parameters only. */
export class Parameters {
  readonly values: Record<string, unknown> = {};
  private readonly texts = new Map<unknown, string>();

  /** A text that was added before is the same parameter. */
  add(type: string, value: unknown): string {
    const known = typeof value === 'string' ? this.texts.get(value) : undefined;
    const name = known ?? `p${Object.keys(this.values).length}`;
    this.values[name] = value;
    if (typeof value === 'string') this.texts.set(value, name);
    return `{${name}:${type}}`;
  }
}
