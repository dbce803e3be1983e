/** `mindmesh doctor`: what this machine has, what MindMesh does with it, and a report of it. */
import { writeFile } from 'node:fs/promises';
import type { Examination } from '../../../src-shared/api/doctor.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import { commandErrors, doctorLines, doctorWords } from '../../../src-shared/words/command-line.ts';
import { appFiles } from '../../base/app-files.ts';
import { type DataFolder, dataFolderAt } from '../../data/data-folder.ts';
import { refuseForeignFolder } from '../../data/host-file.ts';
import { examineWithoutHost } from '../../doctor/examine.ts';
import { exitCodes, note, print } from '../terminal.ts';
import { type CommonOptions, findHost } from '../use-host.ts';

type DoctorOptions = CommonOptions & {
  readonly benchmark: boolean;
  /** File for the report. */
  readonly report?: string;
};

export async function doctor(options: DoctorOptions): Promise<void> {
  const { findings, report } = await examination(dataFolderAt(options.data), options.benchmark);
  print(doctorLines(findings));
  if (options.report !== undefined) {
    await writeReport(options.report, report);
    note(doctorWords.written(options.report));
  }
}

async function examination(folder: DataFolder, withBenchmark: boolean): Promise<Examination> {
  const connection = await findHost(folder);
  if (connection === undefined) {
    await refuseForeignFolder(folder.folder);
    process.exitCode = exitCodes.notRunning;
    note(commandErrors.notRunningToShow(folder.folder));
    return await examineWithoutHost(folder.folder, appFiles().version);
  }
  try {
    if (withBenchmark) {
      note(doctorWords.measuring);
    }
    return await connection.call('examine', { withBenchmark });
  } finally {
    await connection.close();
  }
}

async function writeReport(file: string, report: string): Promise<void> {
  try {
    await writeFile(file, report);
  } catch (cause) {
    throw new AppError('request-invalid', doctorWords.notWritten(file, fileProblem(cause)), {
      cause,
    });
  }
}
