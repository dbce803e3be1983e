/**
 * `npm run demo`: three nodes on this machine. The demo model is cut by layers over two of them; the third
 * hosts nothing, asks, and gets its answer over both. Everything is removed afterwards, also after Ctrl-C. With
 * `--backend NAME` it fails where the engines compute on something else.
 */
import { parseArgs } from 'node:util';
import { type Backend, backendSchema } from '../../../src-shared/compute.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { Receipt } from '../../../src-shared/chat.ts';
import { appFiles } from '../../base/app-files.ts';
import { ask } from '../ask.ts';
import { type DemoHost, DemoHosts } from './demo-hosts.ts';
import { demoJson, demoTable, halves, peersOf } from './demo-report.ts';
import { type HostConnection, waitForSnapshot } from '../host-connection.ts';
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

type Demonstrated = {
  readonly text: string;
  readonly receipt: Receipt;
  /** What the sharing nodes computed on: "cpu", "vulkan"… */
  readonly backends: readonly string[];
};

async function demonstrate(
  hosts: DemoHosts,
  wanted: Backend | undefined,
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
      connection.call('changeSettings', {
        backend: wanted === 'cpu' ? 'cpu' : 'auto',
        shards: [{ model: name, layers: cut[index] }],
      }),
    ),
  );
  const backends = await Promise.all(sharing.map(({ connection }) => loadedFor(connection)));
  if (wanted !== undefined && backends.some((backend) => backend !== wanted)) {
    throw new AppError('setting-invalid', demoWords.otherBackend(wanted, backends));
  }
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
  return { text, receipt, backends };
}

/** Waits until the node has loaded its half. */
function loadedFor(connection: HostConnection): Promise<string> {
  return waitForSnapshot(
    connection,
    ({ node }) => node?.shards.find(({ state }) => state === 'serving')?.backend ?? undefined,
    loadedWithinMs,
    demoWords.notLoaded,
  );
}

function addressesOf({ node }: DemoHost): string[] {
  return peerAddresses(node);
}

async function main(isJson: boolean, wanted: Backend | undefined): Promise<void> {
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
    const { text, receipt, backends } = await Promise.race([
      demonstrate(hosts, wanted, interrupted.signal, isJson ? () => {} : printPiece),
      aborted,
    ]);
    if (isJson) {
      printJson(demoJson(text, receipt, backends));
    } else {
      print(['', '', ...demoTable(receipt)]);
    }
  } finally {
    await hosts.end();
  }
}

/** @throws AppError `request-invalid` */
function backendOf(text: string): Backend {
  const backend = backendSchema.safeParse(text);
  if (!backend.success) {
    throw new AppError('request-invalid', demoWords.noBackend(backendSchema.options));
  }
  return backend.data;
}

/** @throws AppError `request-invalid` for an option that there is not */
function givenOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    throw new AppError('request-invalid', demoWords.options, { cause });
  }
}

const options = {
  json: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  backend: { type: 'string' },
} as const;

ignoreClosedOutput();
try {
  const { json, backend } = givenOptions();
  await main(json, backend === undefined ? undefined : backendOf(backend));
} catch (error) {
  reportFailure(error, process.argv.includes('--verbose'));
}
