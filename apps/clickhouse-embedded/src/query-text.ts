/** What the front must know of a statement before the engine sees it. Offsets are into the text that was given. */
export type Statement = PlainStatement | InsertWithData;

/** `select` results can be streamed by chDB, `other` (SHOW, DDL, INSERT ... SELECT) it only answers whole. */
interface PlainStatement {
  readonly kind: 'select' | 'other';
  /** The name in the statement's own FORMAT clause. */
  readonly format: string | undefined;
}

/** An INSERT whose rows come in the request: `text` up to `dataAt` is SQL, the rest is data in `format`. */
export interface InsertWithData {
  readonly kind: 'insert';
  readonly format: string;
  /** Where `FROM INFILE` has to be put: before SETTINGS, VALUES or FORMAT, whichever comes first. */
  readonly sourceAt: number;
  /** Where the clause `FORMAT x` or `VALUES` begins. */
  readonly formatAt: number;
  readonly dataAt: number;
  /** The call of `input(...)` that stands for the rows in INSERT ... SELECT; absent where the rows go into the table as they are. */
  readonly input?: InputCall;
}

interface InputCall {
  readonly start: number;
  /** Behind the opening bracket. */
  readonly argumentsAt: number;
  /** Of the closing bracket. */
  readonly closeAt: number;
}

interface Token {
  /** Upper case when it is a word. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** How many brackets are open around it. */
  readonly depth: number;
}

const streamed = new Set(['SELECT', 'WITH', '(']);

/** Classifies one statement. Latin-1 text of a byte buffer is fine: every keyword is ASCII and offsets stay byte offsets. */
export function readStatement(text: string): Statement {
  const first = tokensOf(text).next();
  const keyword = first.done ? '' : first.value.word;
  const insert = keyword === 'INSERT' ? readInsert(text) : undefined;
  return insert ?? { kind: streamed.has(keyword) ? 'select' : 'other', format: trailingFormat(text) };
}

function trailingFormat(text: string): string | undefined {
  let format: string | undefined;
  let previous = '';
  let count = 0;
  for (const token of tokensOf(text)) {
    if (previous === 'FORMAT' && token.depth === 0 && count > 1 && /^[A-Z_]\w*$/.test(token.word)) {
      format = text.slice(token.start, token.end);
    }
    previous = token.word;
    count += 1;
  }
  return format;
}

/** Undefined when the rows do not come with the request (INSERT ... SELECT without `input`, FROM INFILE). */
function readInsert(text: string): InsertWithData | undefined {
  let sourceAt: number | undefined;
  let formatAt: number | undefined;
  let previous = '';
  let seen = 0;
  for (const token of tokensOf(text)) {
    if (formatAt !== undefined) return insertWithData(text, token, sourceAt ?? formatAt, formatAt);
    const partOfName = previous === '.' || previous === 'INTO' || previous === 'TABLE' || text[token.end] === '.';
    previous = token.word;
    seen += 1;
    if (partOfName || seen < 2) continue;
    if (token.word === 'SELECT' || token.word === 'WITH') return readInsertOfInput(text, token.start);
    if (token.word === 'INFILE') return undefined;
    if (token.depth > 0) continue;
    if (token.word === 'SETTINGS') sourceAt ??= token.start;
    if (token.word === 'VALUES') {
      return {
        kind: 'insert',
        format: 'Values',
        sourceAt: sourceAt ?? token.start,
        formatAt: token.start,
        dataAt: token.end,
      };
    }
    if (token.word === 'FORMAT') formatAt = token.start;
  }
  return undefined;
}

/** INSERT ... SELECT ... FROM input('structure') FORMAT x, from its SELECT on: the rows come with the request after all. */
function readInsertOfInput(text: string, selectAt: number): InsertWithData | undefined {
  let start: number | undefined;
  let input: InputCall | undefined;
  let previous = '';
  let formatAt: number | undefined;
  for (const token of tokensOf(text, selectAt)) {
    if (formatAt !== undefined) {
      return input && { ...insertWithData(text, token, formatAt, formatAt), input };
    }
    if (token.depth === 0) {
      if (previous === 'FROM' && token.word === 'INPUT') start = token.start;
      else if (previous === 'INPUT' && token.word === '(' && start !== undefined) {
        input = { start, argumentsAt: token.end, closeAt: 0 };
      } else if (token.word === ')' && input?.closeAt === 0) input = { ...input, closeAt: token.start };
      else if (token.word === 'FORMAT') formatAt = token.start;
    }
    previous = token.word;
  }
  return undefined;
}

function insertWithData(text: string, name: Token, sourceAt: number, formatAt: number): InsertWithData {
  // ClickHouse skips blanks up to and including one line end before the data; binary data may itself begin with a newline.
  const gap = /^[ \t\r]*;?[ \t\r]*\n?/.exec(text.slice(name.end, name.end + 64))?.[0].length ?? 0;
  return { kind: 'insert', format: text.slice(name.start, name.end), sourceAt, formatAt, dataAt: name.end + gap };
}

/** The statement with its rows taken from a file. `compression` is ClickHouse's name for the content encoding. */
export function insertFromFile(text: string, insert: InsertWithData, path: string, compression?: string): string {
  if (insert.input !== undefined) return insertOfInput(text, insert, insert.input, path, compression);
  const head = text.slice(0, insert.sourceAt);
  const settings = text.slice(insert.sourceAt, insert.formatAt);
  const packed = compression === undefined ? '' : ` COMPRESSION ${quoted(compression)}`;
  return `${head} FROM INFILE ${quoted(path)}${packed} ${settings} FORMAT ${insert.format}`;
}

function insertOfInput(
  text: string,
  { format, formatAt }: InsertWithData,
  { start, argumentsAt, closeAt }: InputCall,
  path: string,
  compression = 'none',
): string {
  const structure = text.slice(argumentsAt, closeAt);
  const source = `file(${quoted(path)}, ${quoted(format)}, ${structure}, ${quoted(compression)}`;
  return `${text.slice(0, start)}${source}${text.slice(closeAt, formatAt)}`;
}

/** True when something follows a semicolon: chDB would run both statements, a ClickHouse server refuses. */
export function isSeveralStatements(text: string): boolean {
  let ended = false;
  for (const token of tokensOf(text)) {
    if (ended && token.word !== ';') return true;
    ended = token.word === ';';
  }
  return false;
}

const commentsAndSpace = /(?:\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/)*/y;
const wordOrSign = /\w+|[\s\S]/y;
const heredocTag = /\$\w*\$/y;

/** Words, quoted pieces and single signs, without comments. Lazy, so that inline data behind the SQL is not scanned. */
function* tokensOf(text: string, from = 0): Generator<Token, void, undefined> {
  let depth = 0;
  let at = from;
  for (;;) {
    at = matchEnd(commentsAndSpace, text, at);
    if (at >= text.length) return;
    const end = quotedEnd(text, at) ?? matchEnd(wordOrSign, text, at);
    const piece = text.slice(at, end);
    if (')]}'.includes(piece)) depth -= 1;
    yield { word: /^\w/.test(piece) ? piece.toUpperCase() : piece, start: at, end, depth };
    if ('([{'.includes(piece)) depth += 1;
    at = end;
  }
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** End of the string, quoted name or heredoc that begins here; a missing end quote reaches to the end of the text. */
function quotedEnd(text: string, start: number): number | undefined {
  const quote = text[start] ?? '';
  if (quote === '$') {
    const opened = matchEnd(heredocTag, text, start);
    const closed = opened === start ? -1 : text.indexOf(text.slice(start, opened), opened);
    return closed < 0 ? undefined : closed + opened - start;
  }
  if (quote !== "'" && quote !== '"' && quote !== '`') return undefined;
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

/** A ClickHouse string literal. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A ClickHouse identifier in backquotes. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
