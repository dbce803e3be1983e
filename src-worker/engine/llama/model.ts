/** A loaded GGUF file: with weights, or the vocabulary only. */
import { AppError } from '../../../src-shared/errors.ts';
import type { Placement } from '../../wire/engine-messages.ts';
import { chooseDevices } from './devices.ts';
import type { Library } from './library.ts';
import type { Llama, Pointer } from './llama.ts';
import { loadModes } from './llama-layouts.ts';

const onProcessor: Placement = { devices: [], deviceLayers: null };

/** Bytes for the value of `general.architecture`. */
const architectureBytes = 256;

export class Model {
  readonly path: string;
  readonly pointer: Pointer;
  readonly vocabulary: Pointer;
  readonly architecture: string;
  readonly layers: number;
  /** Values in a hidden state. */
  readonly width: number;
  readonly vocabularySize: number;
  readonly vocabularyType: number;
  readonly sizeBytes: number;
  /** The graphics devices that the model is on, by llama.cpp's names; none: the processor computes. */
  readonly devices: readonly string[];
  readonly #llama: Llama;

  /** Loads a model. @throws AppError `engine-load-failed` with llama.cpp's reason */
  static async load(
    library: Library,
    path: string,
    part: 'all' | 'vocabulary' | 'all but weights' = 'all',
    placement: Placement = onProcessor,
  ): Promise<Model> {
    const { llama } = library;
    const choice = chooseDevices(library, placement);
    const pointer = await llama.loadModel(path, {
      ...llama.modelDefaults(),
      ...choice.parameters,
      vocab_only: part === 'vocabulary',
      no_alloc: part === 'all but weights',
      load_mode: part === 'all but weights' ? loadModes.none : loadModes.auto,
    });
    if (pointer === null) {
      throw new AppError(
        'engine-load-failed',
        `llama.cpp cannot load ${path}: ${library.log.takeProblems() || 'it gave no reason'}.`,
      );
    }
    return new Model(llama, path, pointer, choice.names);
  }

  private constructor(llama: Llama, path: string, pointer: Pointer, devices: readonly string[]) {
    this.#llama = llama;
    this.devices = devices;
    this.path = path;
    this.pointer = pointer;
    this.vocabulary = llama.vocabularyOf(pointer);
    this.layers = llama.modelLayers(pointer);
    this.width = llama.modelWidth(pointer);
    this.vocabularySize = llama.vocabularySize(this.vocabulary);
    this.vocabularyType = llama.vocabularyType(this.vocabulary);
    this.sizeBytes = llama.modelSize(pointer);
    const text = Buffer.alloc(architectureBytes);
    const length = llama.metadataText(pointer, 'general.architecture', text, architectureBytes);
    this.architecture = text.toString(
      'utf8',
      0,
      Math.max(0, Math.min(length, architectureBytes - 1)),
    );
  }

  dispose(): void {
    this.#llama.freeModel(this.pointer);
  }
}
