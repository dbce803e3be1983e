/**
 * llama.cpp's own llama-bench and RPC server, where test/bench/build-llama-tools.sh has built them: they show what
 * the same release does with the same model, alone and with its own way of splitting.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { benchCache } from './models.ts';

const folder = join(benchCache, 'llama.cpp', 'build', 'bin');
const benchProgram = join(folder, 'llama-bench');
const rpcProgram = ['ggml-rpc-server', 'rpc-server']
  .map((name) => join(folder, name))
  .find((path) => existsSync(path));

const resultSchema = z.array(z.object({ avg_ts: z.number() })).min(1);

export const hasLlamaBench = existsSync(benchProgram);
export const hasRpcServer = hasLlamaBench && rpcProgram !== undefined;

/** Tokens a second that llama-bench decodes, with the model's layers behind an RPC server when one is given. */
export async function llamaBench(
  model: string,
  threads: number,
  tokens: number,
  rpcServer?: string,
): Promise<number> {
  const common = ['-m', model, '-t', String(threads), '-p', '0', '-n', String(tokens), '-r', '1'];
  const where = rpcServer === undefined ? [] : ['--rpc', rpcServer, '-ngl', '11'];
  const { stdout } = await promisify(execFile)(benchProgram, [...common, ...where, '-o', 'json']);
  return resultSchema.parse(JSON.parse(stdout))[0]?.avg_ts ?? Number.NaN;
}

/** Starts an RPC server on any free port of loopback. */
export async function startRpcServer(
  threads: number,
): Promise<{ address: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const child = spawn(
    rpcProgram ?? '',
    ['-H', '127.0.0.1', '-p', String(port), '-t', String(threads)],
    {
      stdio: 'ignore',
    },
  );
  const exited = once(child, 'exit');
  while (!(await accepts(port))) {
    await delay(100);
  }
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
