/** The Markdown traits of a text that people see at a glance. */
export interface FormatTraits {
  readonly codeFence: boolean;
  readonly list: boolean;
  readonly heading: boolean;
  readonly bold: boolean;
  readonly table: boolean;
  /** The text ends with a full stop, question or exclamation mark, a closing quote or bracket, or a code fence. */
  readonly closingMark: boolean;
}

export const hasClosingMark = (text: string): boolean => /[.!?。！？…:;)\]}"'”’»`*|>]\s*$/u.test(text);

export function formatTraits(text: string): FormatTraits {
  return {
    codeFence: /^\s{0,3}(```|~~~)/mu.test(text),
    list: /^\s{0,8}([-*+•]|\d{1,3}[.)])\s+\S/mu.test(text),
    heading: /^\s{0,3}#{1,6}\s+\S/mu.test(text),
    bold: /\*\*[^*\n]+\*\*|__[^_\n]+__/u.test(text),
    table: /^\s*\|.*\|\s*$/mu.test(text),
    closingMark: hasClosingMark(text),
  };
}
