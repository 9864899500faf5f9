import { expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { recordingOutput } from '../terminal/recording-output.fixture.ts';
import { createToken } from './token.ts';

const OPTIONS: Parameters<typeof createToken>[1] = { join: true, scope: [], name: '', valid: 0, uses: 1, label: {}, system: 'linux' };
const INFO = { lines: [{ system: 'linux', text: 'run TOKEN_HERE', needs: '' }], caSha256: 'ab', problem: '' };
const LOOPBACK = { lines: [], caSha256: 'ab', problem: 'it listens for this machine alone' };

/** A gateway that tells `info`, or why it does not, and makes tokens. */
function staged(info: object): { client: Pick<FleetClient, 'call'>; asked: string[] } {
  const asked: string[] = [];
  const call = async (name: string): Promise<unknown> => {
    asked.push(name);
    if (name === 'createToken') return { secret: 'mst_join_1', token: { id: '1' } };
    if (info instanceof Error) throw info;
    return info;
  };
  return { client: { call } as Pick<FleetClient, 'call'>, asked };
}

test('with --line the line alone goes to stdout, and without it the secret', async () => {
  const output = recordingOutput();
  expect(await createToken(staged(INFO).client, { ...OPTIONS, line: true }, output)).toBe(0);
  expect(output.stdout).toBe('run mst_join_1\n');
  const secret = recordingOutput();
  expect(await createToken(staged(INFO).client, OPTIONS, secret)).toBe(0);
  expect(secret.stdout).toBe('mst_join_1\n');
  expect(secret.stderr).toContain('run mst_join_1');
});

test('where no line can be printed, --line prints nothing and makes no token', async () => {
  const output = recordingOutput();
  const { client, asked } = staged(LOOPBACK);
  await expect(createToken(client, { ...OPTIONS, line: true }, output)).rejects.toThrow(
    'no line for another machine: it listens for this machine alone; no token was made',
  );
  const windows = createToken(staged(INFO).client, { ...OPTIONS, line: true, system: 'windows' }, output);
  await expect(windows).rejects.toThrow('the gateway has none for windows');
  expect([output.stdout, output.stderr]).toEqual(['', '']);
  expect(asked).toEqual(['getJoinInfo']);
});

test('an address that is none is refused before a token is made, with --line or without', async () => {
  const refused = new MusterError('invalid_argument', 'a host or host:port is needed');
  for (const line of [{ line: true } as const, {}]) {
    const { client, asked } = staged(refused);
    const made = createToken(client, { ...OPTIONS, ...line, address: "a';id" }, recordingOutput());
    await expect(made).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(asked).toEqual(['getJoinInfo']);
  }
});

test('without --line a token is made also where the gateway cannot tell a line, and the reason is said', async () => {
  for (const info of [LOOPBACK, new MusterError('internal', 'the gateway has no such call')]) {
    const output = recordingOutput();
    expect(await createToken(staged(info).client, OPTIONS, output)).toBe(0);
    expect(output.stdout).toBe('mst_join_1\n');
    expect(output.stderr).toMatch(/no line for another machine: (it listens for this machine alone|the gateway has no such call)/);
  }
});
