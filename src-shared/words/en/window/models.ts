/** The page about models in English. */
import { bytes, count, diskBytes } from '../format.ts';

export const enModels = {
  title: 'Models',
  lead: 'What this computer and its peers can answer with, and what can be downloaded.',
  notRunning: 'The models are shown as soon as MindMesh is running.',

  known: 'Models in reach',
  none: 'No models yet. Download one below.',
  states: { available: 'Ready', unavailable: 'Not all layers in reach' },
  facts: (layers: number, size: number, quantisation: string) =>
    `${count(layers)} layers · ${bytes(size)} · ${quantisation}`,
  onlyPeers: 'Only peers have the file',
  demo: 'Demo',
  importing: (file: string) => `Importing ${file}`,
  share: (part: number) => `${Math.floor(part * 100)} %`,

  host: 'This computer hosts',
  hostAria: (model: string) => `What this computer hosts of ${model}`,
  hostKinds: { nothing: 'Nothing', whole: 'The whole model', layers: 'Some layers' },
  firstLayer: 'from layer',
  firstLayerAria: (model: string) => `First layer of ${model} that this computer hosts`,
  lastLayer: 'to layer',
  lastLayerAria: (model: string) => `Last layer of ${model} that this computer hosts`,
  layersTurned: 'The first layer must not come after the last one.',
  needsRoom: (needed: number, room: number) =>
    `The whole model takes ${bytes(needed)} and more, and hosted models may use ${bytes(room)} here. It may not load, or be slow.`,
  fetches: 'Missing layers are fetched from peers.',

  remove: 'Remove…',
  removeAria: (model: string) => `Remove ${model}`,
  removeTitle: (model: string) => `Remove ${model}?`,
  deleteSentence: (size: number) =>
    `What was downloaded of it is deleted, which frees about ${diskBytes(size)}. This computer stops hosting it.`,
  deleteLayersSentence:
    'The layers that this computer fetched of it are deleted, and it stops hosting them. Others keep theirs.',
  forgetSentence:
    'It leaves this list, and this computer stops hosting it. Your file stays where it is.',
  removeConfirm: 'Remove',
  fetching: (what: string) => `Fetching ${what}`,
  layersOf: (first: number, last: number) =>
    first === last ? `layer ${first}` : `layers ${first}–${last}`,

  catalog: 'Models to download',
  catalogSentence:
    'Open models, each under the licence that its makers chose. Every byte of a download is checked.',
  catalogLoading: 'Reading the list…',
  catalogFailed: 'The list could not be read.',
  catalogEmpty: 'There is no list of models to download in this version.',
  fromPool: (pool: string) => `From the pool ${pool}`,
  parameters: (value: string) => `${value} parameters`,
  download: 'Download',
  downloadAria: (model: string, size: number) => `Download ${model}, ${diskBytes(size)}`,
  downloadSize: (size: number) => `${diskBytes(size)} to download`,
  licence: 'Licence',
  licenceAria: (licence: string, model: string) => `Licence of ${model}: ${licence}`,
  page: 'About it',
  pageAria: (model: string) => `About ${model}, on the web`,
  fits: 'Should fit here',
  tooLarge: 'Too large for this computer alone',
  tooLargeHelp: 'It can be shared: download it, then host some of its layers.',
  noDisk: (size: number, free: number) =>
    `It needs ${diskBytes(size)} of disk space, and ${diskBytes(free)} are free.`,
  downloadFailed: (why: string) =>
    `The download did not work. ${why} What was fetched is kept for another try.`,
  here: 'Downloaded',
  hostHere: 'Host it here',
  hostHereAria: (model: string) => `Host ${model} on this computer`,
  downloading: (model: string) => `Downloading ${model}`,
  progress: (done: number, total: number) => `${diskBytes(done)} of ${diskBytes(total)}`,
  sources: (number: number) =>
    number === 0 ? 'no source now' : number === 1 ? '1 source' : `${count(number)} sources`,
  cancel: 'Cancel',
  cancelAria: (model: string) => `Cancel the download of ${model}`,

  chosen: 'Only what you choose above',
  automatic: 'That, and whatever the mesh needs most',
  room: (size: number) => `Hosted models may now use ${bytes(size)} of memory.`,
  storage: (used: number, free: number) =>
    `Beside your own files, models take ${diskBytes(used)} of the disk; ${diskBytes(free)} of it are free.`,
};
