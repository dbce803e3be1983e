/** What the demonstration tells about its answer. Pure. */
import type { Receipt } from '../../../src-shared/chat.ts';
import { demoWords, shortPeer } from '../../../src-shared/words/command-line.ts';
import { tableLines } from '../../../src-shared/words/table.ts';

/** The one line of `npm run --silent demo -- --json`. */
export function demoJson(answer: string, receipt: Receipt, backends: readonly string[]): unknown {
  return {
    answer,
    tokens: receipt.tokens,
    tokensPerSecond: receipt.tokensPerSecond,
    backends,
    route: receipt.stages.map(({ peer, firstLayer, lastLayer, hopMs }) => ({
      peer,
      firstLayer,
      lastLayer,
      hopMs,
    })),
  };
}

/** A table of the peers that took part, and the sum. */
export function demoTable(receipt: Receipt): string[] {
  const rows = [
    demoWords.heads,
    ...receipt.stages.map((stage) => [
      shortPeer(stage.peer),
      `${stage.firstLayer}–${stage.lastLayer}`,
      milliseconds(stage.computeMs),
      milliseconds(stage.hopMs),
    ]),
  ];
  return [
    ...tableLines(rows, '   '),
    '',
    demoWords.sum(receipt.tokens, receipt.tokensPerSecond, peersOf(receipt)),
  ];
}

export function peersOf(receipt: Receipt): number {
  return new Set(receipt.stages.map(({ peer }) => peer)).size;
}

/** Two shards of about half of the layers each. */
export function halves(layers: number): { firstLayer: number; lastLayer: number }[] {
  const middle = Math.floor(layers / 2);
  return [
    { firstLayer: 0, lastLayer: middle - 1 },
    { firstLayer: middle, lastLayer: layers - 1 },
  ];
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}
