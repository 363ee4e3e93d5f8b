/**
 * The longest beginning of a run of digits in groups that ends with a group and whose digits are `right`, in characters; 0:
 * none. What comes behind a number may look like more of it.
 */
export function longestPrefix(candidate: string, right: (digits: string) => boolean): number {
  for (let end = candidate.length; end > 0; end -= 1) {
    const endsGroup = isDigit(candidate[end - 1]) && !isDigit(candidate[end]);
    if (endsGroup && right(candidate.slice(0, end).replace(/\D/g, ''))) return end;
  }
  return 0;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}
