/** Linux computers with NVIDIA's cards. */
import { intel, nvidiaDevice, silentDevice, smi, together } from '../played-cards.ts';
import { cudaDevices, device } from '../played-devices.ts';
import { all, idleOnly, type Kind, loadOnly, none } from './kind.ts';

const cuda = { system: 'linux', backend: 'cuda', devices: cudaDevices() } as const;
const unified = [device('NVIDIA GB10', { id: '0000:01:00.0', gigabytes: 128 })];
const vulkanNvidia = device('NVIDIA GeForce RTX 4090', { id: '0000:01:00.0', gigabytes: 25.7 });
const vulkanIntel = device('Intel(R) Iris(R) Xe Graphics (TGL GT2)', {
  id: '0000:00:02.0',
  gigabytes: 16,
  isIntegrated: true,
});
const six = [0, 1, 2, 3, 4, 5].map((index) => ({ index, cards: 6 }));
const uuid = (index: number): string => `GPU-0000000${index}-1111-2222-3333-444444444444`;
const excluded = { isUsed: false, temperatureCeilingCelsius: null };

export const linuxNvidia: readonly Kind[] = [
  {
    ...cuda,
    name: 'an NVIDIA card',
    told: all,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  {
    system: 'linux',
    backend: 'vulkan',
    devices: [vulkanNvidia],
    name: 'an NVIDIA card, used by Vulkan',
    told: all,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  {
    ...cuda,
    name: 'two NVIDIA cards and a model for both',
    devices: cudaDevices(2),
    gigabytes: 15,
    told: all,
    print: (scene) => ({
      devices: { ...nvidiaDevice(), ...nvidiaDevice('nvidia', 1) },
      smi: smi(scene, { cards: 2 }, { index: 1, cards: 2 }),
    }),
  },
  {
    ...cuda,
    name: 'two NVIDIA cards, of which the owner keeps the one that drives the screen',
    devices: cudaDevices(2),
    settings: { cards: { [uuid(0)]: excluded } },
    told: all,
    remark: 'The desktop’s load on the screen’s card does not count.',
    print: (scene) => ({
      devices: { ...nvidiaDevice(), ...nvidiaDevice('nvidia', 1) },
      smi: smi(scene, { screenLoad: 45, isBystander: true }, { index: 1 }),
    }),
  },
  {
    ...cuda,
    name: 'an NVIDIA card, and a model that fills the allowed share of it',
    gigabytes: 15,
    told: all,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  {
    ...cuda,
    tellsFree: true,
    name: 'an NVIDIA card in a container, where nvidia-smi lists no process',
    told: idleOnly,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, { lists: 'nobody' }) }),
  },
  {
    ...cuda,
    tellsFree: true,
    name: 'an NVIDIA card under WSL, where the system lists none and pmon does not work',
    told: idleOnly,
    print: (scene) => ({
      ...silentDevice('0x1414', 'dxgkrnl'),
      smi: { cards: smi(scene, {}).cards, pmon: ['Not supported on the device(s)'] },
    }),
  },
  {
    ...cuda,
    name: 'an NVIDIA chip whose memory is the computer’s (GB10, Thor)',
    devices: unified,
    told: all,
    remark: 'llama.cpp tells how much memory there is, nvidia-smi what each process takes.',
    print: (scene) => ({
      devices: nvidiaDevice(),
      smi: smi(scene, { name: 'NVIDIA GB10', total: '[N/A]' }),
    }),
  },
  {
    ...cuda,
    name: 'an NVIDIA chip whose memory is the computer’s, and a model of unknown need',
    devices: unified,
    isExpected: false,
    told: all,
    print: (scene) => ({
      devices: nvidiaDevice(),
      smi: smi(scene, { name: 'NVIDIA GB10', total: '[N/A]' }),
    }),
  },
  {
    ...cuda,
    name: 'six NVIDIA cards, of which pmon knows four',
    devices: cudaDevices(6),
    told: loadOnly,
    print: (scene) => {
      const { cards } = smi(scene, ...six);
      return { smi: { cards, pmon: smi(scene, ...six.slice(0, 4)).pmon } };
    },
  },
  {
    ...cuda,
    name: 'a part of an NVIDIA card (MIG, vGPU)',
    told: { idle: false, atWork: false, memory: true },
    print: (scene) => ({
      devices: nvidiaDevice(),
      smi: smi(scene, { name: 'NVIDIA A100 MIG 3g.20gb', noLoad: '[N/A]', lists: 'processes' }),
    }),
  },
  {
    ...cuda,
    name: 'an NVIDIA card whose driver is updated while it works',
    told: all,
    remark: 'From then on nvidia-smi fails, and nothing of the card is told.',
    print: (scene) => ({
      devices: nvidiaDevice(),
      ...(scene.nowMs > 60_000 ? {} : { smi: smi(scene, {}) }),
    }),
  },
  {
    ...cuda,
    backend: 'cpu',
    library: 'cuda',
    name: 'an NVIDIA card that the owner excluded',
    settings: { cards: { [uuid(0)]: excluded } },
    told: none,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  {
    system: 'linux',
    backend: 'vulkan',
    devices: [device('NVIDIA GeForce RTX 4090 (NVK AD102)', { id: '0000:01:00.0', gigabytes: 25 })],
    name: 'an NVIDIA card with the nouveau driver, without nvidia-smi',
    told: none,
    print: () => ({ devices: nvidiaDevice('nouveau') }),
  },
  {
    system: 'linux',
    backend: 'cpu',
    name: 'an NVIDIA card that llama.cpp cannot use',
    told: none,
    print: () => ({ devices: nvidiaDevice('nouveau') }),
  },
  {
    system: 'linux',
    backend: 'cpu',
    name: 'an NVIDIA card too old to compute, and smaller than the model',
    told: none,
    print: (scene) => ({
      devices: nvidiaDevice(),
      smi: smi(scene, {
        name: 'GeForce GT 710',
        total: '2001',
        noLoad: '[Not Supported]',
        lists: 'nobody',
      }),
    }),
  },
  {
    system: 'linux',
    backend: 'vulkan',
    devices: [vulkanNvidia, vulkanIntel],
    name: 'a laptop with an NVIDIA card and Intel’s graphics',
    told: all,
    print: (scene) =>
      together(
        {
          devices: nvidiaDevice(),
          smi: smi(scene, { name: 'NVIDIA GeForce RTX 4060 Laptop GPU', total: '8188' }),
        },
        intel(scene, { isBystander: true, awakeShare: 0.15 }),
      ),
  },
  {
    system: 'linux',
    backend: 'vulkan',
    devices: [vulkanIntel],
    name: 'an Optimus laptop whose NVIDIA card is switched off',
    told: loadOnly,
    remark: 'The card that sleeps is not asked for, so nothing wakes it.',
    print: (scene) => together(silentDevice('0x10de', null, true), intel(scene)),
  },
  {
    system: 'linux',
    backend: 'cuda',
    devices: cudaDevices(1, 'NVIDIA GeForce RTX 4060 Laptop GPU'),
    name: 'an Optimus laptop whose NVIDIA card only computes',
    told: all,
    remark: 'nvidia-smi keeps the card awake.',
    print: (scene) =>
      together(
        {
          devices: nvidiaDevice(),
          smi: smi(scene, { name: 'NVIDIA GeForce RTX 4060 Laptop GPU', total: '8188' }),
        },
        intel(scene, { isBystander: true, awakeShare: 0.3 }),
      ),
  },
  {
    ...cuda,
    name: 'an NVIDIA card without a screen, used over a remote desktop (xrdp)',
    told: all,
    remark: 'The session’s own rendering is on the processor.',
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  {
    ...cuda,
    name: 'a virtual machine that was given an NVIDIA card',
    told: all,
    print: (scene) =>
      together(silentDevice('0x1af4', 'virtio-pci'), {
        devices: nvidiaDevice(),
        smi: smi(scene, {}),
      }),
  },
];
