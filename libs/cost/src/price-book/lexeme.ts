const numberStart = /[-0-9]/;
const numberRest = /[-+.0-9eE]/;

/**
 * JSON text with every number turned into a string of its own lexeme, so that prices keep their decimals:
 * JSON.parse would round them to doubles. Linear time; strings are copied as they are.
 */
export function quoteNumbers(json: string): string {
  const out: string[] = [];
  let from = 0;
  let at = 0;
  while (at < json.length) {
    const char = json.charAt(at);
    if (char === '"') {
      at += 1;
      while (at < json.length && json.charAt(at) !== '"') at += json.charAt(at) === '\\' ? 2 : 1;
      at += 1;
    } else if (numberStart.test(char)) {
      out.push(json.slice(from, at), '"');
      from = at;
      while (at < json.length && numberRest.test(json.charAt(at))) at += 1;
      out.push(json.slice(from, at), '"');
      from = at;
    } else at += 1;
  }
  out.push(json.slice(from));
  return out.join('');
}
