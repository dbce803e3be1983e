/**
 * What the owner agrees to before anything runs, in English. Everything here has to be true. An addition that needs a
 * new consent raises its number in src-main/store/acknowledgements.ts.
 */
import { diskBytes } from '../format.ts';

export const enConsent = {
  title: 'Before MindMesh starts',
  lead: 'Nothing has run and nothing has been connected yet. This is what happens once you agree.',
  parts: [
    {
      icon: 'machine',
      title: 'What runs',
      sentences: [
        'Open language models, or parts of them, each in a process of its own. Other computers that run MindMesh can use them while this computer is free, and you can use theirs.',
        'It uses your graphics card, your processor and their memory.',
      ],
    },
    {
      icon: 'clock',
      title: 'When',
      sentences: [
        'For others, only while this computer is idle: nobody has used it for five minutes, no game is running and it is plugged in.',
        'MindMesh looks every few seconds. When you are back or a game has started, it stops the work and frees the memory within half a second.',
        'Your own questions are also answered here while you sit at it, but not during a game.',
      ],
    },
    {
      icon: 'power',
      title: 'What it costs in power',
      sentences: [
        'While it works, your graphics card draws about what a game makes it draw, often 100 to 350 watts more than when idle.',
        'For example, 250 watts for four hours a day are 1 kilowatt-hour a day, or 30 a month. Multiply that by what you pay for one. On battery it does not work, unless you allow that.',
      ],
    },
    {
      icon: 'eye',
      title: 'What others can see',
      sentences: [
        'Every computer in the mesh, not only those that you are connected to, is told about yours: its network addresses, which layers of which models you serve, load or can give copies of, how fast they are, how much of them is in use now, and whether you are working or paused. So it can be seen when and how long your computer works, and for how much text at once.',
        'It is also told the country and the price that you set, the memory that you offer if you let MindMesh choose models, and roughly, every ten minutes at most, which models of others your own questions ask for. A question that stays on your own computers or in a pool is not counted. If you only talk to members of your pools, all this goes to them alone.',
        'A model file that you added yourself is neither named nor given to anybody until you host it or offer it in a pool.',
        'So that others can reach you, MindMesh asks your router to let them in, where it can.',
        'When you work for others, parts of their texts pass through your computer as numbers. MindMesh does not show them, and keeps them in memory for five minutes at most, in case a next question follows.',
        'When other computers work on your questions, whoever runs them can read or reconstruct what you ask and what is answered. Each answer says whether it stayed on this computer. Do not send secrets through computers you do not trust.',
      ],
    },
    {
      icon: 'settings',
      title: 'Where to change it',
      sentences: [
        'Hours, heat, power and all the rest are in the settings. You can pause at any time, and stop it by quitting MindMesh.',
      ],
    },
  ],
  hosting: {
    automatic: 'Let MindMesh choose models to host',
    automaticHelp:
      'While this computer is free, MindMesh fetches and hosts models that others ask for, small ones first, and nothing while nobody asks. Off, it hosts only what you choose.',
    disk: 'Disk space for models, at most',
    diskUnit: 'GB',
    diskHelp: (freeBytes: number | null) =>
      `${freeBytes === null ? '' : `${diskBytes(freeBytes)} are free now. `}Of memory, models take at most your share of the graphics card’s, or half of this computer’s where the processor does the work. Both limits are in the settings.`,
  },
  startAtLogin: 'Start with the computer',
  startAtLoginHelp: 'As an icon in the tray. You can change this in the settings.',
  agree: 'Agree and start',
  notNow: 'Not now',
  failed: 'Your answer could not be saved, so nothing was started.',
  declinedTitle: 'Nothing runs',
  declinedDesktop:
    'MindMesh computes nothing and connects to nobody. It asks again when you open it the next time.',
  declinedBrowser:
    'MindMesh computes nothing and connects to nobody. You can close this page. Quitting MindMesh on this computer ends the rest.',
  readAgain: 'Read it again',
  quit: 'Quit MindMesh',
} as const;
