import { expect, it } from 'vitest';
import { childEnvironment } from './child-environment.ts';

it("keeps the person's environment, drops what would load code into a child, and adds its own", () => {
  const environment = {
    HOME: '/home/ada',
    CUDA_VISIBLE_DEVICES: '0',
    NODE_EXTRA_CA_CERTS: '/etc/company.pem',
    NODE_OPTIONS: '--inspect',
    NODE_CHANNEL_FD: '3',
    ELECTRON_RUN_AS_NODE: '1',
    npm_config_registry: 'http://localhost',
    VITEST_WORKER_ID: '1',
  };
  expect(childEnvironment(environment, { MINDMESH: 'yes' })).toEqual({
    HOME: '/home/ada',
    CUDA_VISIBLE_DEVICES: '0',
    NODE_EXTRA_CA_CERTS: '/etc/company.pem',
    MINDMESH: 'yes',
  });
});
