import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The two longest files of all are among the browser's: begun last, they would be waited for alone. */
export default class BrowserFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLater = ({ project }: TestSpecification): number => (project.name === 'browser' ? 0 : 1);
    return (await super.sort(files)).toSorted((one, other) => isLater(one) - isLater(other));
  }
}
