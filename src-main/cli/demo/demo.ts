/**
 * `npm run demo`: three nodes on this machine. The demo model is cut by layers over two of them; the third
 * hosts nothing, asks, and gets its answer over both. Everything is removed afterwards, also after Ctrl-C.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { Receipt } from '../../../src-shared/chat.ts';
import { appFiles } from '../../base/app-files.ts';
import { ask } from '../ask.ts';
import { type DemoHost, DemoHosts } from './demo-hosts.ts';
import { demoJson, demoTable, halves, peersOf } from './demo-report.ts';
import { waitForSnapshot } from '../host-connection.ts';
import { demoWords, peerAddresses } from '../../../src-shared/words/command-line.ts';
import {
  ignoreClosedOutput,
  note,
  print,
  printJson,
  printPiece,
  reportFailure,
} from '../terminal.ts';

const loadedWithinMs = 60_000;

type Demonstrated = { readonly text: string; readonly receipt: Receipt };

async function demonstrate(
  hosts: DemoHosts,
  signal: AbortSignal,
  onText: (piece: string) => void,
): Promise<Demonstrated> {
  const name = appFiles().demoModelName;
  note(demoWords.starting);
  const sharing = await Promise.all([hosts.start('first', []), hosts.start('second', [])]);
  const layers = sharing[0].node.models.find((model) => model.name === name)?.layers;
  if (layers === undefined) {
    throw new AppError('model-not-found', demoWords.noModel(appFiles().demoModel));
  }
  const cut = halves(layers);
  await Promise.all(
    sharing.map(({ connection }, index) =>
      connection.call('changeSettings', { shards: [{ model: name, layers: cut[index] }] }),
    ),
  );
  const asking = await hosts.start('asking', sharing.flatMap(addressesOf));
  const model = await waitForSnapshot(
    asking.connection,
    ({ node }) => node?.models.find((entry) => entry.name === name && entry.available),
    loadedWithinMs,
    demoWords.notLoaded,
  );
  const messages = [{ role: 'user' as const, content: demoWords.question }];
  const { text, receipt } = await ask(
    asking.connection,
    { model: model.manifestId },
    messages,
    signal,
    onText,
  );
  if (text.trim() === '' || receipt === undefined || peersOf(receipt) < 2) {
    throw new AppError('no-route', demoWords.notShared);
  }
  return { text, receipt };
}

function addressesOf({ node }: DemoHost): string[] {
  return peerAddresses(node);
}

async function main(isJson: boolean): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort());
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  // Without this, a rejection before anything awaits it would end the process.
  aborted.catch(() => {});
  interrupted.signal.addEventListener('abort', () => reject(new AppError('cancelled', 'Stopped.')));
  const hosts = await DemoHosts.create(interrupted.signal);
  try {
    if (!isJson) {
      print(`> ${demoWords.question}`);
    }
    const { text, receipt } = await Promise.race([
      demonstrate(hosts, interrupted.signal, isJson ? () => {} : printPiece),
      aborted,
    ]);
    if (isJson) {
      printJson(demoJson(text, receipt));
    } else {
      print(['', '', ...demoTable(receipt)]);
    }
  } finally {
    await hosts.end();
  }
}

ignoreClosedOutput();
try {
  await main(process.argv.includes('--json'));
} catch (error) {
  reportFailure(error, process.argv.includes('--verbose'));
}
