// A second machine for a test: a network namespace with a wire to this one, and a mount namespace in which what an installer writes is thrown away.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { MusterError } from '../../core/common/muster-error.ts';

const run = promisify(execFile);

/** Folders that an installer writes to; all of them are empty there and gone with it. */
const OWN_FOLDERS = ['/run', '/tmp', '/usr/local/lib', '/var/lib', '/root'];

export interface SecondMachine {
  /** Of this machine, on the wire. */
  readonly hostAddress: string;
  readonly address: string;
  /** Runs a line by its `sh`, as a person who pastes it. Ended by `stop` at the latest. */
  paste(line: string): ChildProcess;
  /** Ends what was pasted, and takes the wire away. */
  stop(): Promise<void>;
}

/** Root and `ip` are needed. Always `stop` it. */
export async function startSecondMachine(): Promise<SecondMachine> {
  if (process.getuid?.() !== 0) throw new MusterError('missing_runtime', 'a network namespace takes root: run the drills as root');
  const name = `muster-${process.pid}`;
  const [here, there] = [`mj${process.pid}a`, `mj${process.pid}b`];
  // Of 198.18.0.0/15, which is for tests of networks (RFC 2544): a /30 by the process id.
  const base = (process.pid % 16_000) * 4;
  const at = (n: number): string => `198.18.${(base + n) >> 8}.${(base + n) & 255}`;
  const [hostAddress, address] = [at(1), at(2)];
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) await endGroup(child);
    await run('ip', ['link', 'del', here]).catch(() => undefined);
    await run('ip', ['netns', 'del', name]).catch(() => undefined);
  };
  try {
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name]);
    await run('ip', ['addr', 'add', `${hostAddress}/30`, 'dev', here]);
    await run('ip', ['link', 'set', here, 'up']);
    for (const args of [
      ['addr', 'add', `${address}/30`, 'dev', there],
      ['link', 'set', there, 'up'],
      ['link', 'set', 'lo', 'up'],
    ])
      await run('ip', ['-n', name, ...args]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    hostAddress,
    address,
    paste: (line) => {
      const mounts = OWN_FOLDERS.map((folder) => `mount -t tmpfs own ${folder}`).join(' && ');
      const args = [
        'netns',
        'exec',
        name,
        'unshare',
        '--mount',
        '--uts',
        'sh',
        '-c',
        `${mounts} && hostname second-machine && exec sh -c "$LINE"`,
      ];
      const env = { PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`, HOME: '/root', LINE: line };
      const child = spawn('ip', args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    },
    stop,
  };
}

/** All that a line has started is in one process group. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const ended =
    child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('close', resolve));
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // Nothing of it is left.
  }
  await ended;
}
