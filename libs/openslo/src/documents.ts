import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document } from 'yaml';

export interface SourceFile {
  /** Shown in findings; a path. */
  readonly name: string;
  /** YAML of any number of documents, or JSON. */
  readonly text: string;
}

export type Path = readonly PropertyKey[];

/** One object of a file: a whole document, or one item of a document that is a list. */
export interface SourceObject {
  readonly file: string;
  readonly value: unknown;
  /** 1-based line of a field; of the closest field around it where it is absent. */
  readonly lineOf: (path: Path) => number;
}

export interface Unreadable {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

function offsetOf(root: unknown, path: Path): number {
  let node = root;
  let offset = isMap(root) || isSeq(root) || isScalar(root) ? (root.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(step));
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isMap(node) || isSeq(node) || isScalar(node)) offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function objectsOf(file: string, document: Document, lines: LineCounter): SourceObject[] {
  // Aliases are bounded by the parser, so that a few lines cannot unfold into gigabytes.
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return [];
  const located = (prefix: Path, one: unknown): SourceObject => ({
    file,
    value: one,
    lineOf: (path) => lines.linePos(offsetOf(document.contents, [...prefix, ...path])).line,
  });
  return Array.isArray(value) ? value.map((one, index) => located([index], one)) : [located([], value)];
}

/** The objects of a file in order; what is no YAML comes back with its line. */
export function readObjects({ name, text }: SourceFile): { objects: SourceObject[]; unreadable: Unreadable[] } {
  const lines = new LineCounter();
  const objects: SourceObject[] = [];
  const unreadable: Unreadable[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })) {
    const [error] = document.errors;
    if (error !== undefined) {
      unreadable.push({ file: name, line: lines.linePos(error.pos[0]).line, message: error.message });
      continue;
    }
    try {
      objects.push(...objectsOf(name, document, lines));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      unreadable.push({ file: name, line: lines.linePos(document.range[0]).line, message });
    }
  }
  return { objects, unreadable };
}
