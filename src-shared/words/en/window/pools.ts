/** The page about pools in English. */
import type { Pool, PoolRole } from '../../../pool.ts';
import { count, duration } from '../format.ts';

const roles: Record<PoolRole, string> = { admin: 'Admin', member: 'Member', guest: 'Guest' };
const asRole: Record<PoolRole, string> = {
  admin: 'an admin',
  member: 'a member',
  guest: 'a guest',
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Choices for how long an invite is valid, in milliseconds. */
const lives: readonly { readonly lifeMs: number; readonly label: string }[] = [
  { lifeMs: 30 * minute, label: '30 minutes' },
  { lifeMs: 6 * hour, label: '6 hours' },
  { lifeMs: day, label: '1 day' },
  { lifeMs: 7 * day, label: '1 week' },
  { lifeMs: 30 * day, label: '30 days' },
];

export const enPools = {
  title: 'Pools',
  lead: 'A pool is a mesh for certain people alone: a household, a team, your own computers.',
  loading: 'Reading the pools…',
  unreadable: 'The pools could not be read.',
  notRunning: 'Pools are shown as soon as MindMesh is running.',
  none: 'This computer is in no pool',
  noneSentence: 'Make one and invite others, or join one with an invite that you got.',

  roles,
  owner: 'Owner',
  rolesHelp: {
    admin: 'Uses the pool, serves it, and invites and removes others.',
    member: 'Uses the pool and serves it.',
    guest: 'Uses the pool, and serves nobody.',
  } satisfies Record<PoolRole, string>,
  standing: {
    removed: {
      title: 'This computer was removed from the pool',
      sentence: 'It can be forgotten here. To come back, you need a new invite.',
    },
    expired: {
      title: 'The membership of this computer has run out',
      sentence: 'Ask an admin of the pool for a new invite.',
    },
    early: {
      title: 'The membership of this computer is not valid yet',
      sentence: 'The clock of this computer is behind. Correct it.',
    },
  } satisfies Record<Exclude<Pool['state'], 'active'>, { title: string; sentence: string }>,

  members: 'Members',
  memberCount: (number: number) => (number === 1 ? '1 member' : `${count(number)} members`),
  presence: { self: 'This computer', connected: 'Connected', away: 'Not connected' },
  since: (ms: number) => (ms < minute ? 'joined just now' : `joined ${duration(ms)} ago`),
  copyPeerId: (name: string) => `Copy the peer id of ${name}`,
  remove: 'Remove',
  removeAria: (name: string) => `Remove ${name}`,
  removeTitle: (name: string, pool: string) => `Remove ${name} from ${pool}?`,
  removeSentence: 'It is cut off within seconds. To come back it needs a new invite.',
  removeAdminSentence:
    'It is cut off within seconds, and so is everyone it let in. To come back they need new invites.',
  removeConfirm: 'Remove',

  invites: 'Open invites',
  inviteLine: (role: PoolRole, uses: number, leftMs: number) =>
    `${roles[role]} · ${uses === 1 ? '1 use' : `${count(uses)} uses`} left · expires in ${remaining(leftMs)}`,
  close: 'Close',
  closeAria: (id: string) => `Close the invite ${id}`,
  closeTitle: 'Close this invite?',
  closeSentence: 'Nobody can join by its link any more. Those who have joined with it stay.',
  closeConfirm: 'Close the invite',

  invite: 'Invite…',
  inviteAria: (pool: string) => `Invite to ${pool}`,
  inviteTitle: (pool: string) => `Invite to ${pool}`,
  role: 'They join as',
  uses: 'How many can join with it',
  usesProblem: (most: number) => `Enter a whole number from 1 to ${count(most)}.`,
  life: 'It lasts',
  lives,
  makeInvite: 'Make an invite',
  cancel: 'Cancel',
  inviteReady: (pool: string) => `Your invite to ${pool}`,
  inviteUse: (role: PoolRole, uses: number, leftMs: number) =>
    `It lets ${uses === 1 ? `one computer join as ${asRole[role]}` : `${count(uses)} computers join, each as ${asRole[role]}`}, and expires in ${remaining(leftMs)}.`,
  inviteSentence:
    'Whoever has the link can use it, so send it only to the people you want to invite. This computer has to be on when they join.',
  inviteLink: 'Link',
  copyLink: 'Copy the link',
  qrCode: 'The link as a QR code',
  qrSentence: 'Or let them read it with a camera.',
  qrTooLong: 'The link is too long for a QR code.',
  done: 'Done',

  leave: 'Leave…',
  leaveAria: (pool: string) => `Leave ${pool}`,
  forget: 'Forget it…',
  forgetAria: (pool: string) => `Forget ${pool}`,
  leaveTitle: (pool: string) => `Leave ${pool}?`,
  leaveSentence: 'This computer forgets the pool. To come back, you need a new invite.',
  leaveOwnerSentence:
    'This computer holds the key of the pool, and the key is deleted. The others keep the pool, but nobody can ever appoint or remove admins again. This cannot be undone.',
  leaveConfirm: 'Leave',
  leaveOwnerConfirm: 'Leave for good',

  join: 'Join a pool',
  joinSentence: 'Paste the invite that you were sent.',
  joinLink: 'Invite link',
  joinPlaceholder: 'mindmesh://join/…',
  reading: 'Reading the invite…',
  invitesYou: (pool: string, role: PoolRole) => `This invites you to ${pool} as ${asRole[role]}.`,
  joinedAs: {
    admin: 'This computer can then use and serve the pool, and invite and remove others.',
    member: 'This computer can then use the pool, and serves it too.',
    guest: 'This computer can then use the pool, and serves nobody in it.',
  } satisfies Record<PoolRole, string>,
  inviteFrom: (inviter: string, leftMs: number) =>
    `It comes from the computer ${inviter} and is valid for ${remaining(leftMs)} more. Members see your network address and which layers you host.`,
  memberName: 'What members call this computer',
  memberNameHelp: 'If you leave this empty, they see the end of its peer id.',
  memberPlaceholder: 'Laptop',
  joinNow: 'Join',
  joining: 'Joining… Asking the computer that invited you.',
  joined: (pool: string) => `You are in ${pool} now.`,

  create: 'Make a pool',
  createSentence: 'This computer then holds the key of the pool: you own it.',
  poolName: 'Name of the pool',
  poolPlaceholder: 'Our house',
  createNow: 'Make the pool',
  created: (pool: string) => `${pool} is made. Invite others to it above.`,
  nameProblem: 'A name is one line of at most 60 characters.',

  aloneTitle: 'This computer talks to nobody',
  aloneSentence:
    'It may only talk to members of its pools, and it is in none. Join or make a pool, or switch this off below.',
};

function remaining(ms: number): string {
  return ms < minute ? 'less than a minute' : duration(ms);
}
