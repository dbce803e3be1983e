/** The page docs/machines.md, made of the table of machines that the tests play. */
import { lookEveryMs } from '../test/support/machine/computer.ts';
import { type Kind, memoryPause } from '../test/support/machine/kinds/kind.ts';

const opening = `# Machines

Which kinds of machines serve the mesh, and what is not known on each. This page is made of the table that
\`src-main/duty/played-machines.test.ts\` plays, by \`node tools/write-machines-page.ts\`; a test compares them.

Each machine below is played through the real readers of its cards and the real duty. **Each of them, while idle, serves ten minutes
without a break with its own engine at full load, and pauses at once for a game, the owner's input and a busy processor.** Columns
say what else pauses it:

- **work before**: another program computes on the card before ours is loaded.
- **work**: another program begins to compute while ours does. A load is known from two looks, so it is seen within twice the time
  between looks: ${seconds('linux')} seconds on Linux, ${seconds('windows')} on Windows, ${seconds('mac')} on macOS.
- **memory**: another program takes the memory that the model is in, while ours computes: the card's, or the computer's where the
  processor or graphics on its chip compute (less than a tenth of it is left).
- **—**: neither the driver nor a tool tells it there, so it pauses nothing.
- **processor**: the processor computes, so cards do not count; its load by other programs does.

Where a column has a —, these decide alone:

| system  | what still pauses the machine                                                                                 |
| ------- | ------------------------------------------------------------------------------------------------------------- |
| Linux   | input in any session, games by their folder, the owner's list of programs, full screen under X11, processor load |
| Windows | input, games by their folder, the owner's list of programs, full screen, processor load                         |
| macOS   | input, games by their folder, the owner's list of programs, processor load; full screen is not read             |
| others  | games by their folder, the owner's list of programs, processor load; input and battery cannot be read           |

Where no sensor tells a card's memory, a running engine is asked every four seconds how much of it its driver says is free: if that
falls by more than our own models take, others have taken it. Some drivers tell only their own process, or always all of it as free;
models of less than a hundredth of the computer's memory do not end for it. The pace of our own work is not taken as a sign yet.

## What was tried on real hardware

- **No real graphics card was lent to the project so far.** What drivers and tools print is played from their documentation and source
  text, and marked _documentation_; _recorded_ is what was seen on a real machine.
- Vulkan is tested on Mesa's software driver (llvmpipe), with real engines.
- CUDA and Metal take the same path as Vulkan: the same probe of devices, the same placement of layers, the same code of the engine.
  Only llama.cpp's library is another one. They are not tried on a device.
`;

const engines = { cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal', cpu: 'processor' } as const;

function seconds(system: keyof typeof lookEveryMs): number {
  return (2 * lookEveryMs[system]) / 1000;
}

export function machinesPage(everyKind: Readonly<Record<string, readonly Kind[]>>): string {
  const sections = Object.entries(everyKind).map(
    ([system, kinds]) => `\n## ${system}\n\n${table(kinds)}`,
  );
  return `${opening}${sections.join('')}`;
}

function table(kinds: readonly Kind[]): string {
  const titles = ['machine', 'computes on', 'work before', 'work', 'memory', 'outputs', 'remark'];
  const rows = kinds.map(rowOf);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return [titles, widths.map((each) => '-'.repeat(each)), ...rows]
    .map(
      (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`,
    )
    .join('');
}

function rowOf(kind: Kind): string[] {
  const { name, backend, told, isRecorded, remark } = kind;
  const cell = (isTold: boolean): string =>
    backend === 'cpu' ? 'processor' : isTold ? 'pauses' : '—';
  return [
    `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    engines[backend],
    cell(told.idle),
    cell(told.atWork),
    memoryPause(kind) === null ? '—' : 'pauses',
    isRecorded === true ? 'recorded' : 'documentation',
    remark ?? '',
  ];
}
