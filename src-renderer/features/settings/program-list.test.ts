import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../../src-shared/settings.ts';
import { withProgram } from './program-list.ts';

const schema = settingsSchema.shape.exclusiveApps;

describe('a program that is added to the list', () => {
  it('comes last, without spaces around it', () => {
    expect(withProgram(['gimp'], ' Blender.exe ', schema)).toEqual({
      programs: ['gimp', 'Blender.exe'],
    });
  });

  it('is none when nothing was typed', () => {
    const programs = ['gimp'];
    expect(withProgram(programs, '  ', schema)).toEqual({ programs });
  });

  it.each([
    ['BLENDER', ['blender'], 'That one is in the list already.'],
    ['x'.repeat(261), [], 'A name has 260 characters at most.'],
    [
      'one more',
      Array.from({ length: 256 }, (_, index) => `program ${index}`),
      'The list is full: 256 programs at most.',
    ],
  ])('is refused with a sentence: %.20s', (typed, programs, problem) => {
    expect(withProgram(programs, typed, schema)).toEqual({ problem });
  });
});
