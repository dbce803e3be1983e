import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fileProblem } from './file-problem.ts';

async function errorOf(path: string): Promise<unknown> {
  return readFile(path).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('says in words what the system tells as a code', async () => {
  expect(fileProblem(await errorOf(`${import.meta.filename}.none`))).toBe('there is no such file');
  expect(fileProblem(await errorOf(import.meta.dirname))).toBe('it is a folder');
  expect(
    fileProblem(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })),
  ).toBe('you may not open it');
});

it('has no other words for what is seldom, and takes whatever was thrown', () => {
  expect(fileProblem(new Error('the tape is torn'))).toBe('the tape is torn');
  expect(fileProblem('torn')).toBe('torn');
});
