/**
 * The order of test files: as vitest has it, the largest first, but that a small file that takes a minute begins before the
 * others of its project. At the end it would run alone, while the other core waits.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const slowFiles = ['src-main/duty/played-machines.test.ts'];

function isSlow({ moduleId }: TestSpecification): boolean {
  return slowFiles.some((file) => moduleId.endsWith(file));
}

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- this is vitest's own method, which gives a new array
    const sorted = await super.sort(files);
    const slow = sorted.filter(isSlow);
    const rest = sorted.filter((file) => !isSlow(file));
    const begin = rest.findIndex(({ project }) => project.name === slow[0]?.project.name);
    return begin < 0 ? sorted : rest.toSpliced(begin, 0, ...slow);
  }
}
