/** A refusal in ClickHouse's own vocabulary: numeric code, name, and the HTTP status a ClickHouse server would send. */
export class ClickHouseFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return statusOfCode(this.code);
  }
}

/** The codes this process raises itself; numbers and names are ClickHouse's (src/Common/ErrorCodes.cpp). */
export const failureCode = {
  badArguments: 36,
  notImplemented: 48,
  syntaxError: 62,
  tooManySimultaneousQueries: 202,
  networkError: 210,
  notEnoughSpace: 243,
  authenticationFailed: 516,
  requiredPassword: 194,
  queryWasCancelled: 394,
  bodyTooLarge: 307,
  noSuchPath: 1000,
  unknownException: 1002,
} as const;

const statusByCode = new Map<number, number>([
  ...[194].map((code) => [code, 401] as const),
  ...[164, 192, 193, 291, 497, 516].map((code) => [code, 403] as const),
  ...[16, 46, 47, 50, 56, 60, 63, 73, 81, 115, 192].map((code) => [code, 404] as const),
  [159, 408],
  [1000, 404],
  [307, 413],
  [48, 501],
  [202, 503],
  [210, 503],
  [241, 500],
  ...[6, 26, 27, 33, 36, 38, 41, 42, 43, 44, 52, 53, 62, 69, 70, 72, 108, 117, 130, 215, 321, 441, 456, 457].map(
    (code) => [code, 400] as const,
  ),
]);

/** Status of a ClickHouse exception code, after exceptionCodeToHTTPStatus of its HTTP handler; unknown codes are 500. */
export function statusOfCode(code: number): number {
  return statusByCode.get(code) ?? 500;
}

const leadingCode = /^Code: (\d+)\. DB::Exception: /;

/** Turns what chDB threw into a failure. chDB repeats the "Code: n. DB::Exception:" prefix when an insert fails. */
export function failureOf(error: unknown): ClickHouseFailure {
  if (error instanceof ClickHouseFailure) return error;
  let message = error instanceof Error ? error.message : String(error);
  let code: number = failureCode.unknownException;
  for (let match = leadingCode.exec(message); match; match = leadingCode.exec(message)) {
    code = Number(match[1]);
    message = message.slice(match[0].length);
  }
  message = message.replace(/ \(version [^)]*\)\. \([A-Z_]+\)$/, '');
  return new ClickHouseFailure(code, message, { cause: error });
}

/** The text a ClickHouse server answers with; the official client parses code, message and type out of it. */
export function failureText(failure: ClickHouseFailure, version: string): string {
  const named = /\([A-Z][A-Z0-9_]+\)\s*$/.test(failure.message) ? '' : ` (${nameOfCode(failure.code)})`;
  return `Code: ${failure.code}. DB::Exception: ${failure.message.trimEnd()}${named} (version ${version} (embedded))\n`;
}

const nameByCode = new Map<number, string>([
  [failureCode.badArguments, 'BAD_ARGUMENTS'],
  [failureCode.notImplemented, 'NOT_IMPLEMENTED'],
  [failureCode.syntaxError, 'SYNTAX_ERROR'],
  [failureCode.tooManySimultaneousQueries, 'TOO_MANY_SIMULTANEOUS_QUERIES'],
  [failureCode.notEnoughSpace, 'NOT_ENOUGH_SPACE'],
  [failureCode.authenticationFailed, 'AUTHENTICATION_FAILED'],
  [failureCode.requiredPassword, 'REQUIRED_PASSWORD'],
  [failureCode.queryWasCancelled, 'QUERY_WAS_CANCELLED'],
  [failureCode.bodyTooLarge, 'TOO_MANY_BYTES'],
  [failureCode.noSuchPath, 'POCO_EXCEPTION'],
]);

function nameOfCode(code: number): string {
  return nameByCode.get(code) ?? 'UNKNOWN_EXCEPTION';
}
