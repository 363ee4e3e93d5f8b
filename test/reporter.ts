import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

export interface TestSums {
  passed: number;
  failed: number;
  skipped: number;
  /** Full names of what was skipped. */
  skippedNames: string[];
}

function countSuiteErrors(suites: Iterable<TestSuite>): number {
  let count = 0;
  for (const suite of suites) count += suite.errors().length;
  return count;
}

/** Sums a run into a file for test/run.mjs; a suite or file that breaks counts as one failure, as a test does. */
export default class SumReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const sums: TestSums = { passed: 0, failed: unhandled.length, skipped: 0, skippedNames: [] };
    for (const module of modules) {
      sums.failed += module.errors().length + countSuiteErrors(module.children.allSuites());
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') sums.passed += 1;
        else if (state === 'failed') sums.failed += 1;
        else {
          sums.skipped += 1;
          sums.skippedNames.push(`${module.relativeModuleId} > ${test.fullName}`);
        }
      }
    }
    const file = process.env['PLIMSOLL_TEST_SUMS'];
    if (file === undefined) process.stdout.write(`${sums.passed} passed, ${sums.failed} failed\n`);
    else writeFileSync(file, JSON.stringify(sums));
  }
}
