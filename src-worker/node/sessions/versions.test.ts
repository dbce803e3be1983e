/** Peers of the former version, of this one and of a later one form chains together, and no peer is blamed. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  expectAllFree,
  passTime,
  prompt,
  request,
  signal,
} from '../../../test/support/sessions/coordinator-requests.ts';
import { formerDialect } from '../../../test/support/sessions/former-dialect.ts';
import { nextDialect } from '../../../test/support/sessions/next-dialect.ts';
import {
  collect,
  expectedTokens,
  FakeMesh,
  greedy,
  type Outcome,
} from '../../../test/support/sessions/node-fake-mesh.ts';
import { stageKinds } from './protocol/message-table.ts';

const versions = ['the former version', 'this version', 'the next version'] as const;
type Version = (typeof versions)[number];

const chains = versions.flatMap((first) =>
  versions.flatMap((middle) => versions.map((last) => [first, middle, last] as const)),
);

/** Peers that act as the former version. */
const former = new Set<string>();
beforeEach(() => {
  former.clear();
});

function speak(mesh: FakeMesh, name: string, version: Version, slips?: number): void {
  if (version === 'the former version') {
    former.add(name);
    mesh.speak(name, formerDialect);
  } else if (version === 'the next version') {
    mesh.speak(name, nextDialect(former, slips));
  }
}

/** Three peers with a third of the model each. */
async function meshOf(coordinator: Version, stages: readonly Version[]) {
  const mesh = new FakeMesh();
  speak(mesh, 'me', coordinator);
  const nodes = [];
  for (const [index, version] of stages.entries()) {
    const name = 'abc'.charAt(index);
    speak(mesh, name, version);
    nodes.push(await mesh.add(name, [2 * index, 2 * index + 1]));
  }
  return { mesh, nodes };
}

function violations({ loopback }: FakeMesh): unknown[] {
  return loopback.reports.filter(({ code }) => code === 'protocol-violation');
}

describe.each(versions)('a coordinator of %s', (coordinator) => {
  it.each(chains)('gets an answer from stages of %s, %s and %s', async (...stages) => {
    const { mesh, nodes } = await meshOf(coordinator, stages);
    const { tokens, done, error } = await collect(
      mesh.coordinator('me').generate(request(), signal()),
    );
    expect(error).toBeUndefined();
    expect(tokens).toEqual(expectedTokens(prompt, 20));
    // From the stages' own accounts.
    expect(done?.receipt.stages.map(({ computeMs }) => computeMs)).toEqual([0.25, 0.25, 0.25]);
    await expectAllFree(...nodes);
    expect([mesh.failures, violations(mesh)]).toEqual([[], []]);
  });

  it.each(versions)('resumes a prefix that stages of %s have cached', async (version) => {
    const { mesh, nodes } = await meshOf(coordinator, [version, version, version]);
    const asking = mesh.coordinator('me');
    const history = Array.from({ length: 500 }, (_, index) => index % 997);
    const ask = (promptTokens: number[]): Promise<Outcome> =>
      collect(asking.generate(request({ promptTokens }), signal()));
    await ask(history);
    const followUp = [...history, ...expectedTokens(history, 20), 7, 8, 9];
    const { tokens, done } = await ask(followUp);
    expect(tokens).toEqual(expectedTokens(followUp, 20));
    expect(done?.receipt.cachedTokens).toBeGreaterThan(400);
    await expectAllFree(...nodes);
    expect([mesh.failures, violations(mesh)]).toEqual([[], []]);
  });

  it.each(versions)('moves in time to another chain with a stage of %s', async (version) => {
    const { mesh, nodes } = await meshOf(coordinator, [version, 'this version', version]);
    speak(mesh, 'd', version);
    const other = await mesh.add('d', [4, 5]);
    const sampling = { ...greedy, repetitionPenalty: 1.1 };
    const asked = request({ maxAnswerTokens: 400, sampling });
    const events = mesh.coordinator('me').generate(asked, signal());
    const tokens: number[] = [];
    for await (const event of events) {
      if (event.type === 'token') {
        tokens.push(event.token);
        if (tokens.length === 20) {
          nodes[2]?.service.drain();
        }
      } else {
        expect(event.receipt.takeovers).toBe(1);
      }
    }
    expect(tokens).toEqual(expectedTokens(prompt, 400));
    await expectAllFree(...nodes, other);
    expect([mesh.failures, violations(mesh)]).toEqual([[], []]);
  });
});

describe('a kind of message that only the next version speaks', () => {
  it.each<[string, Version, { readonly who: 'me' | 'b'; readonly behind: number }]>([
    [
      'by a stage, to a coordinator of this version',
      'this version',
      { who: 'b', behind: stageKinds.opened },
    ],
    ['by a stage, to the next stage', 'this version', { who: 'b', behind: stageKinds.attach }],
    [
      'by a stage, to the next stage, in a chain of a coordinator of the former version',
      'the former version',
      { who: 'b', behind: stageKinds.attach },
    ],
    ['by a coordinator', 'the next version', { who: 'me', behind: stageKinds.open }],
  ])('ends a chain without blame, and another chain answers: %s', async (...each) => {
    const [_title, coordinator, { who, behind }] = each;
    const mesh = new FakeMesh();
    speak(mesh, 'me', coordinator);
    speak(mesh, who, 'the next version', behind);
    const nodes = [
      await mesh.add('a', [0, 1]),
      await mesh.add('b', [2, 3]),
      await mesh.add('c', [4, 5]),
      await mesh.add('instead of a', [0, 1]),
      await mesh.add('instead of b', [2, 3]),
      await mesh.add('instead of c', [4, 5]),
    ];
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    await passTime(mesh, asked);
    const { tokens, error } = await asked;
    expect(error).toBeUndefined();
    expect(tokens).toEqual(expectedTokens(prompt, 20));
    await expectAllFree(...nodes);
    const code = coordinator === 'the former version' ? 'over-capacity' : 'not-spoken';
    expect([mesh.failures, violations(mesh)]).toEqual([[code], []]);
  });
});
