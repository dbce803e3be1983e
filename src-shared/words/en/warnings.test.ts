import { expect, it } from 'vitest';
import { type Warning, warningSchema } from '../../warning.ts';
import { warningWords } from './warnings.ts';

const warnings: [Warning, string][] = [
  [{ code: 'stored-setting-invalid', name: 'mdns', usual: 'true' }, 'its default true is used.'],
  [{ code: 'database-replaced', movedTo: '/data/aside', settings: 2 }, 'kept as /data/aside.'],
  [{ code: 'pause-not-stored' }, 'forgotten when MindMesh restarts.'],
  [{ code: 'api-port-taken', port: 6374, instead: 40_000 }, 'the API has port 40000 for now.'],
  [{ code: 'window-port-taken', port: 6375 }, 'the window has a free one until the next start.'],
  [{ code: 'clock-off', aheadMs: -720_000 }, 'it is behind those of the peers.'],
  [{ code: 'unreachable', addresses: ['/ip4/192.0.2.1'], reason: 'nothing listens' }, 'listens.'],
  [{ code: 'more-unreachable', count: 2 }, '2 more addresses'],
  [{ code: 'told', message: 'The list cannot be read.' }, 'The list cannot be read.'],
];

it.each(warnings)('a warning crosses the API as %j, and has words', (warning, words) => {
  expect(warningSchema.parse(JSON.parse(JSON.stringify(warning)))).toEqual(warning);
  expect(warningWords(warning)).toContain(words);
  expect(warningWords(warning)).toMatch(/\.$/);
});

it('a stored setting is called as in the window, or by its name where it is unknown', () => {
  const warning = {
    code: 'stored-setting-invalid',
    name: 'powerCapPercent',
    usual: '100',
  } as const;
  expect(warningWords(warning)).toContain('“Power cap”');
  expect(warningWords({ ...warning, name: 'gone' })).toContain('“gone”');
});
