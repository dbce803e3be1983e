/** The page of the doctor, in English; what it finds has words of its own. */
import { takenOut } from '../doctor/finding-words.ts';

export const enDoctor = {
  title: 'Doctor',
  lead: 'What this computer has, what MindMesh does with it, and what to do where something is wrong.',
  measure: 'Measure the speed',
  measuring: 'Measuring; this takes up to 20 seconds…',
  lookAgain: 'Look again',
  looking: 'Looking at this computer…',
  summary: (problems: number, notes: number) =>
    `${counted(problems, 'problem')}, ${counted(notes, 'note')}`,
  report: 'Report a problem',
  copyReport: 'Copy the report',
  reportSentence: `The report is all of this page as a text for the developers. ${takenOut} Look through it before you send it.`,
};

function counted(number: number, what: string): string {
  return number === 0 ? `No ${what}s` : `${number} ${what}${number === 1 ? '' : 's'}`;
}
