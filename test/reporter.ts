import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

type Message = Pick<SerializedError, 'message'>;

export interface TestSums {
  passed: number;
  failed: number;
  skipped: number;
  /** Full names of what was skipped. */
  skippedNames: string[];
  /** What failed and the first lines of why: a long log may be cut, and the end of a run has to say it by itself. */
  failures: string[];
}

const LINES_OF_WHY = 8;

function failure(name: string, errors: readonly Message[]): string {
  const why = errors.map(({ message }) => message.split('\n').slice(0, LINES_OF_WHY).join('\n      '));
  return [name, ...why].join('\n      ');
}

function suiteFailures(module: TestModule, suites: Iterable<TestSuite>): string[] {
  const failures: string[] = [];
  for (const suite of suites) {
    for (const error of suite.errors())
      failures.push(failure(`${module.relativeModuleId} > ${suite.fullName}`, [error]));
  }
  return failures;
}

/** Sums a run into a file for test/run.mjs; a suite or file that breaks counts as one failure, as a test does. */
export default class SumReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const sums: TestSums = { passed: 0, failed: 0, skipped: 0, skippedNames: [], failures: [] };
    for (const error of unhandled) sums.failures.push(failure('outside of a test', [error]));
    for (const module of modules) {
      for (const error of module.errors()) sums.failures.push(failure(module.relativeModuleId, [error]));
      sums.failures.push(...suiteFailures(module, module.children.allSuites()));
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const { state, errors } = test.result();
        if (state === 'passed') sums.passed += 1;
        else if (state === 'failed') sums.failures.push(failure(name, errors));
        else {
          sums.skipped += 1;
          sums.skippedNames.push(name);
        }
      }
    }
    sums.failed = sums.failures.length;
    const file = process.env['PLIMSOLL_TEST_SUMS'];
    if (file === undefined) process.stdout.write(`${sums.passed} passed, ${sums.failed} failed\n`);
    else writeFileSync(file, JSON.stringify(sums));
  }
}
