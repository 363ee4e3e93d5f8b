/**
 * Maps the texts in JSON text, without reading it into numbers: integers beyond 2^53 keep their digits. Keys and numbers are
 * mapped where a function for them is given; what it returns for a number is JSON.
 */
export function mapJsonTexts(
  json: string,
  text: (text: string) => string,
  key: (key: string) => string = text,
  number: (digits: string) => string = (digits) => digits,
): string {
  const parts: string[] = [];
  const digitsHere = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  for (let at = 0; at < json.length;) {
    digitsHere.lastIndex = at;
    const digits = digitsHere.exec(json)?.[0];
    const end = json[at] === '"' ? endOfString(json, at) : at + (digits?.length ?? 1);
    const token = json.slice(at, end);
    if (json[at] === '"') {
      const map = json[end] === ':' ? key : text;
      parts.push(JSON.stringify(map(JSON.parse(token) as string)));
    } else parts.push(digits === undefined ? token : number(token));
    at = end;
  }
  return parts.join('');
}

/** End of the JSON string that begins at `start`: behind the first quote that is not escaped. */
function endOfString(json: string, start: number): number {
  let end = start + 1;
  while (end < json.length && json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
  return end + 1;
}
