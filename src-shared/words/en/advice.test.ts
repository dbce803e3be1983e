import { expect, it } from 'vitest';
import { errorReportSchema } from '../../error-report.ts';
import { advices, AppError } from '../../errors.ts';
import { adviceWords } from './advice.ts';

it.each(advices)('the advice crosses a boundary with its error, and has words: %s', (advice) => {
  const error = new AppError('request-invalid', 'That is not there.', { advice });
  const report = errorReportSchema.parse(JSON.parse(JSON.stringify(error.toReport())));
  expect(AppError.fromReport(report)).toMatchObject({ code: 'request-invalid', advice });
  expect(adviceWords[advice].commandLine).toMatch(/\.$/);
  // A window has no command line.
  expect(adviceWords[advice].window ?? '').not.toMatch(/--|mindmesh /);
});

it('an advice of another version is left out, and its error stays', () => {
  const report = { code: 'not-running', message: 'It does not run.', advice: 'ask-again' };
  expect(errorReportSchema.parse(report)).toEqual({
    code: 'not-running',
    message: 'It does not run.',
    advice: undefined,
  });
});
