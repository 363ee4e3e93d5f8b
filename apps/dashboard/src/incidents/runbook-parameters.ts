/** `name=value` a line, as a person edits the values that an action sends. */
export function parametersText(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** The other way; the first `=` of a line parts name and value, empty lines say nothing. */
export function parametersOf(text: string): Record<string, string> {
  const lines = text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    const name = (at === -1 ? line : line.slice(0, at)).trim();
    return name === '' ? [] : [[name, at === -1 ? '' : line.slice(at + 1).trim()] as const];
  });
  return Object.fromEntries(lines);
}
