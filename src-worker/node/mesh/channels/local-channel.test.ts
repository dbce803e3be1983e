import { describe } from 'vitest';
import type { AppError } from '../../../../src-shared/errors.ts';
import {
  contractLimits,
  describeChannelContract,
} from '../../../../test/support/mesh/channel-contract.ts';
import { localChannelPair } from './local-channel.ts';

describe('a channel inside the process', () => {
  describeChannelContract(async () => {
    const reported: AppError[] = [];
    const [one, other] = localChannelPair('own', [contractLimits, contractLimits], (error) =>
      reported.push(error),
    );
    return { one, other, reported };
  });
});
