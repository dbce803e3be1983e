/** The process of card-chains.ts: answers each request with a result, and ends with its parent's channel. */
import { appFiles } from '../../../src-main/base/app-files.ts';
import { type Library, openLibrary } from '../../../src-worker/engine/llama/library.ts';
import { type ChainRequest, type ChainResult, type Place, promptLength } from './card-chains.ts';
import { rangesAt, TestModel } from './engine-models.ts';
import { Chain, promptTokens, ShardSet, type UsedShard } from './engine-shards.ts';

const usualTokens = promptTokens(promptLength + 5);
const demoLayers = 6;

type Loaded = { readonly model: TestModel; readonly sets: Readonly<Record<Place, ShardSet>> };

const library = await openLibrary('auto');
const loaded = new Map<string, Promise<Loaded>>();
let answering: Promise<void> = Promise.resolve();

process.on('message', (request: ChainRequest) => {
  answering = answerAfter(answering, request);
});

process.on('disconnect', () => {
  void end();
});

/** Requests are answered one after the other. A failure ends the process. */
async function answerAfter(former: Promise<void>, request: ChainRequest): Promise<void> {
  await former;
  process.send?.(await compute(request));
}

async function end(): Promise<void> {
  await answering;
  for (const each of loaded.values()) {
    const { model, sets } = await each;
    sets.card.dispose();
    sets.processor.dispose();
    await model.remove();
  }
  process.exit();
}

async function compute(request: ChainRequest): Promise<ChainResult> {
  const key = JSON.stringify(request.model);
  const loading = loaded.get(key) ?? load(library, request.model);
  loaded.set(key, loading);
  const { model, sets } = await loading;
  const { tokens = usualTokens } = request;
  const pieces = [
    { slot: 0, position: 0, tokens: tokens.slice(0, promptLength) },
    ...tokens
      .slice(promptLength)
      .map((token, index) => ({ slot: 0, position: promptLength + index, tokens: [token] })),
  ];
  const states = await chainOf(request, model.layers, sets, true);
  const hidden = pieces.map((piece) => floats(states.hiddenStates(piece).at(-1)?.[0]));
  const whole = await chainOf(request, model.layers, sets, false);
  const logits = pieces.map((piece) => floats(whole.decode(piece)[0]));
  const [prompt = new Float32Array(), ...ofTokens] = hidden;
  return { prompt, tokens: ofTokens, logits, width: prompt.length / promptLength };
}

/** @param isCut whether it ends before the last layer */
async function chainOf(
  { boundaries, places, overlap = false }: ChainRequest,
  layers: number,
  sets: Loaded['sets'],
  isCut: boolean,
): Promise<Chain> {
  const ranges = rangesAt(boundaries, layers);
  const used: UsedShard[] = [];
  for (const [index, { firstLayer, lastLayer }] of ranges.entries()) {
    const isLast = index === ranges.length - 1;
    const set = sets[places[index] ?? 'card'];
    const end = overlap ? layers - 1 : lastLayer;
    used.push(
      await set.use({ firstLayer, lastLayer: end }, isLast && isCut ? layers - 2 : lastLayer),
    );
  }
  return new Chain(used);
}

async function load(of: Library, model: ChainRequest['model']): Promise<Loaded> {
  const files =
    model === 'demo'
      ? await TestModel.of(appFiles().demoModel, demoLayers)
      : await TestModel.create(model);
  return {
    model: files,
    sets: {
      card: new ShardSet(of, files),
      processor: new ShardSet(of, files, { devices: [] }),
    },
  };
}

function floats(bytes: Uint8Array = new Uint8Array()): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
