import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import type { ChildPlan } from '../../src-shared/process/child.ts';
import { Supervisor, type SupervisorState } from '../../src-shared/process/supervisor.ts';
import { eventually, eventuallyTrue, isAlive } from '../support/host/host-processes.ts';

const script = fileURLToPath(new URL('../fixtures/host-child.ts', import.meta.url));

type Supervised = {
  supervisor: Supervisor;
  /** All states entered, in order. */
  states: SupervisorState[];
  pids: number[];
  processes: ChildProcess[];
};

function names(states: SupervisorState[]): string[] {
  return states.map((state) => state.name);
}

function supervised(behaviours: string[], changes: Partial<ChildPlan> = {}): Supervised {
  const states: SupervisorState[] = [];
  const pids: number[] = [];
  const processes: ChildProcess[] = [];
  const supervisor = new Supervisor({
    plan: () => ({
      name: 'The test child',
      command: process.execPath,
      args: [script, behaviours.length > 1 ? (behaviours.shift() ?? '') : (behaviours[0] ?? '')],
      links: ['ipc'],
      ownGroup: true,
      readyWithinMs: 20_000,
      stopWithinMs: 20_000,
      whenReady: async (child, signal) => {
        processes.push(child);
        if (child.pid !== undefined) {
          pids.push(child.pid);
        }
        for (let message: unknown; message !== 'ready';) {
          [message] = await once(child, 'message', { signal });
        }
      },
      askToStop: (child) => child.send('stop'),
      ...changes,
    }),
    onState: (state) => states.push(state),
    policy: { firstMs: 10, longestMs: 100, steadyAfterMs: 60_000 },
  });
  onTestFinished(async () => {
    await supervisor.stop();
    expect(pids.filter(isAlive)).toEqual([]);
  });
  return { supervisor, states, pids, processes };
}

it('starts a child and ends it on order without calling that a crash', async () => {
  const { supervisor, states, pids } = supervised(['well']);
  await supervisor.start();
  expect(pids.filter(isAlive)).toHaveLength(1);
  await supervisor.stop();
  expect(names(states)).toEqual(['starting', 'running', 'stopping', 'stopped']);
  expect(pids.filter(isAlive)).toEqual([]);
});

it('tells why a child ended before it was ready, with its last words', async () => {
  const { supervisor, states } = supervised(['exits-early']);
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'child-failed',
    message:
      'The test child ended before it was ready (exit code 3; it last said: the flux capacitor is missing).',
  });
  expect(names(states)).toEqual(['starting', 'waiting']);
});

it('tells when the program to start does not exist', async () => {
  const { supervisor } = supervised(['well'], { command: '/nonexistent/program' });
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'child-failed',
    message: expect.stringMatching(
      /^The test child ended before it was ready \(it could not be started: \/nonexistent\/program: there is no such file\)/,
    ),
  });
});

it('tells of a failed start in the words of its plan', async () => {
  const failures: string[] = [];
  const { supervisor } = supervised(['exits-early'], {
    startError: (failure) => {
      failures.push(failure.kind);
      return new AppError('engine-died', 'No capacitor, no start.');
    },
  });
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'engine-died',
    message: 'No capacitor, no start.',
    cause: { message: expect.stringContaining('the flux capacitor is missing') },
  });
  expect(failures.slice(0, 1)).toEqual(['ended']);
});

it.skipIf(process.platform === 'win32')('gives a child an input whose end can end it', async () => {
  const { supervisor, states } = supervised(['well'], {
    command: 'cat',
    args: [],
    links: [],
    stdin: 'pipe',
    whenReady: () => Promise.resolve(),
    askToStop: (child) => child.stdin?.end(),
  });
  await supervisor.start();
  const child = supervisor.state.name === 'running' ? supervisor.state.child : undefined;
  await supervisor.stop();
  expect(await child?.exited).toMatchObject({ code: 0, signal: null });
  expect(names(states)).toEqual(['starting', 'running', 'stopping', 'stopped']);
});

it('outlives a message to a child that is gone', async () => {
  const { supervisor, processes } = supervised(['well']);
  await supervisor.start();
  const [child] = processes;
  await supervisor.stop();
  child?.send('anything');
  child?.send('twice');
  await supervisor.start();
  expect(supervisor.state.name).toBe('running');
});

it('ends a child that hangs at its start, and says so', async () => {
  const { supervisor, pids } = supervised(['hangs-at-start'], { readyWithinMs: 500 });
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'child-failed',
    message: 'The test child was not ready after 0.5 seconds and was ended.',
  });
  expect(pids.slice(0, 1).filter(isAlive)).toEqual([]);
});

it('keeps trying after a failed start until one succeeds', async () => {
  const { supervisor, states } = supervised(['exits-early', 'exits-early', 'well']);
  await expect(supervisor.start()).rejects.toBeInstanceOf(AppError);
  await eventuallyTrue('running in the end', () => supervisor.state.name === 'running');
  expect(names(states)).toEqual([
    'starting',
    'waiting',
    'starting',
    'waiting',
    'starting',
    'running',
  ]);
});

it('kills a child that does not stop when asked', async () => {
  const { supervisor, pids, states } = supervised(['hangs-at-stop'], { stopWithinMs: 200 });
  await supervisor.start();
  await supervisor.stop();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(names(states)).toEqual(['starting', 'running', 'stopping', 'stopped']);
});

it('starts a crashed child again, and tells what it last said', async () => {
  const { supervisor, states, pids, processes } = supervised(['well']);
  await supervisor.start();
  processes[0]?.send('crash');
  await eventuallyTrue(
    'running again',
    () => states.at(-1)?.name === 'running' && states.length > 2,
  );
  expect(states[2]).toMatchObject({
    name: 'waiting',
    error: {
      code: 'child-failed',
      message: 'The test child ended unexpectedly (exit code 70; it last said: out of cheese).',
    },
  });
  expect(new Set(pids).size).toBe(2);
});

it('notices a SIGKILL, and takes what the child had started with it', async () => {
  const { supervisor, pids, processes } = supervised(['has-a-child', 'well'], {
    whenReady: async (child, signal) => {
      processes.push(child);
      pids.push(child.pid ?? 0);
      for (let message: unknown; message !== 'ready';) {
        [message] = await once(child, 'message', { signal });
        if (typeof message === 'object' && message !== null && 'descendant' in message) {
          pids.push(Number(message.descendant));
        }
      }
    },
  });
  await supervisor.start();
  const [child = 0, descendant = 0] = pids;
  expect(isAlive(descendant)).toBe(true);
  process.kill(child, 'SIGKILL');
  await eventuallyTrue('descendant gone', () => !isAlive(descendant));
  const next = await eventually('another child', () => pids[2]);
  expect(next).not.toBe(child);
});

it('can be stopped while the child is starting, and while it waits for another try', async () => {
  const hanging = supervised(['hangs-at-start']);
  const start = hanging.supervisor.start();
  await hanging.supervisor.stop();
  await expect(start).rejects.toMatchObject({ code: 'cancelled' });
  expect(names(hanging.states)).toEqual(['starting', 'stopping', 'stopped']);

  const failing = supervised(['exits-early']);
  await expect(failing.supervisor.start()).rejects.toBeInstanceOf(AppError);
  await failing.supervisor.stop();
  expect(failing.supervisor.state.name).toBe('stopped');
});

it('can be started again after it was stopped', async () => {
  const { supervisor, pids } = supervised(['well']);
  await supervisor.start();
  await supervisor.stop();
  await supervisor.start();
  expect(supervisor.state.name).toBe('running');
  expect(pids.filter(isAlive)).toHaveLength(1);
});
