/** `mindmesh route MODEL`. */
import { AppError } from '../../../src-shared/errors.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import { dataFolderAt } from '../../data/data-folder.ts';
import { commandErrors, routeLines } from '../../../src-shared/words/command-line.ts';
import { print, printJson } from '../terminal.ts';
import { type CommonOptions, findHost } from '../use-host.ts';

export async function showRoute(
  model: string,
  rules: RouteRules | undefined,
  options: CommonOptions & { readonly json?: boolean },
): Promise<void> {
  const connection = await findHost(dataFolderAt(options.data));
  if (connection === undefined) {
    throw new AppError('not-running', commandErrors.notRunningToRoute);
  }
  try {
    const view = await connection.call('route', {
      model,
      ...(rules === undefined ? {} : { rules }),
    });
    if (options.json === true) {
      printJson(view);
    } else {
      print(routeLines(view));
    }
  } finally {
    await connection.close();
  }
}
