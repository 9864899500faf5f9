// The agent as a service: the unit as systemd judges it, installed and removed under a real systemd where one can be booted here, and as a package.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { buildDeb } from '../../deploy/agent/deb.mjs';
import { builtProgram } from '../harness/program.ts';
import { startSystemdGuest } from '../harness/systemd-guest.ts';
import { until } from '../harness/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'agent/main.ts');
/** What `systemd-analyze security` gave when the unit was written; 0 is best, 10 worst. */
const MOST_EXPOSURE = 1.9;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-install-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 ** 2 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
    if (code === 'ENOENT') throw new MusterError('missing_runtime', `${program} is missing: apt-get install systemd dpkg`, error);
    return { code: Number(code), output: stdout + stderr };
  }
}

interface Step {
  kind: string;
  path: string;
  text: string;
}

async function dryRun(...args: string[]): Promise<Step[]> {
  const { code, output } = await run(process.execPath, MAIN, 'install', '--dry-run', '--json', ...args);
  expect(output, 'the dry run').toContain('[');
  expect(code).toBe(0);
  return JSON.parse(output) as Step[];
}

test('systemd finds no fault with the unit, and little that an intruder could use', async () => {
  const steps = await dryRun(`--program=${process.execPath}`);
  const unit = join(folder, 'muster-agent.service');
  writeFileSync(unit, steps.find(({ path }) => path?.endsWith('.service'))?.text ?? '');
  expect(await run('systemd-analyze', 'verify', unit)).toEqual({ code: 0, output: '' });
  const { output } = await run('systemd-analyze', 'security', '--offline=true', unit);
  const exposure = Number(/Overall exposure level for muster-agent\.service: ([\d.]+)/.exec(output)?.[1]);
  expect(exposure).toBeLessThanOrEqual(MOST_EXPOSURE);
});

test('the dry run writes what was asked for and nothing else', async () => {
  const steps = await dryRun('--program=/usr/bin/muster-agent', '--gateway=gw:7443', '--interval=5s', '--labels={"region":"accra"}');
  expect(steps.find(({ path }) => path?.endsWith('config.yaml'))?.text).toContain(
    'gateway: gw:7443\ninterval: 5s\nlabels:\n  region: accra\n',
  );
  const refused = await run(process.execPath, MAIN, 'install', '--dry-run', '--interval=5');
  expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(/^--interval: interval is 5: .*\n$/) });
  expect(await run(process.execPath, MAIN, 'install', '--dry-run', '--program=/x', '--state-dir=/tmp')).toMatchObject({
    code: 2,
    output: '--state-dir cannot be chosen for the service: it has /var/lib/muster-agent\n',
  });
});

test('it is installed, watched, restarted and removed under a real systemd where one can be booted here', async () => {
  const guest = await startSystemdGuest();
  if (guest === undefined) {
    // The way out: systemd-analyze above has judged the unit.
    console.info('no systemd can be booted here (root, cgroup v2 and namespaces are needed): the unit was judged, not run');
    return;
  }
  try {
    const agent = (...args: string[]) => guest.run(process.execPath, builtProgram('agent'), ...args);
    const property = async (name: string): Promise<string> =>
      (await guest.run('systemctl', 'show', '--value', '-p', name, 'muster-agent')).stdout.trim();
    const installed = await agent('install', '--gateway=127.0.0.1:1', '--interval=1s');
    expect(installed.stderr).not.toContain('could not');
    expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining('muster-agent runs') });
    // Type=notify: systemctl came back because the agent said that it is ready.
    expect(await property('StatusText')).toBe('collecting');
    expect(await property('User')).toBe('muster-agent');
    expect(await property('WatchdogUSec')).toBe('2min');
    await until('rows in the spool', async () => JSON.parse((await agent('spool', 'status', '--json')).stdout).rows > 20);
    const warnings = await guest.run('journalctl', '--no-pager', '-u', 'muster-agent', '-p', 'warning', '-o', 'cat');
    expect(warnings.stdout).toMatch(/"level":"warn".*enrol/);
    expect(warnings.stdout).not.toContain('"level":"info"');
    const pid = await property('MainPID');
    const { stdout: kernel } = await guest.run('grep', '-E', '^(NoNewPrivs|CapEff|Seccomp):', `/proc/${pid}/status`);
    expect(kernel).toBe('CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n');
    await guest.run('kill', '-KILL', pid);
    await until('systemd to start it again', async () => {
      const now = await property('MainPID');
      return now !== '0' && now !== pid && (await property('ActiveState')) === 'active';
    });
    const again = await agent('install', '--interval=2s');
    expect(again).toMatchObject({ code: 0 });
    expect((await guest.run('cat', '/etc/muster-agent/config.yaml')).stdout).toMatch(/gateway: 127\.0\.0\.1:1\ninterval: 2s\n$/);

    expect(await agent('uninstall')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('/var/lib/muster-agent and /etc/muster-agent are kept'),
    });
    expect(await property('LoadState')).toBe('not-found');
    expect((await guest.run('ls', '/var/lib/muster-agent/spool.db')).code).toBe(0);
    expect((await agent('uninstall', '--purge')).code).toBe(0);
    expect((await guest.run('ls', '/var/lib/muster-agent', '/etc/muster-agent')).stdout).toBe('');
  } finally {
    await guest.stop();
  }
});

test('the package holds program, unit, user and settings, owned by root', async () => {
  // Stands for the executable, which takes a minute to pack: what goes around it is the same.
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  const license = join(ROOT, 'LICENSE');
  const { path } = await buildDeb({ root: ROOT, program, target: folder, version: '1.2.3', license });
  const { output: list } = await run('dpkg-deb', '-c', path);
  const files = list.split('\n').flatMap((line) => /^(\S+) (\S+) .* \.(\/\S*[^/])$/.exec(line)?.slice(1).join(' ') ?? []);
  expect(files).toEqual([
    '-rw-r----- root/root /etc/muster-agent/config.yaml',
    '-rw-r--r-- root/root /lib/systemd/system/muster-agent.service',
    '-rwxr-xr-x root/root /usr/bin/muster-agent',
    '-rw-r--r-- root/root /usr/lib/sysusers.d/muster-agent.conf',
    '-rw-r--r-- root/root /usr/share/doc/muster-agent/copyright',
  ]);
  const { output: control } = await run('dpkg-deb', '-I', path);
  for (const word of ['Package: muster-agent', 'Version: 1.2.3', 'conffiles', 'postinst', 'prerm', 'postrm'])
    expect(control).toContain(word);
  const unpacked = join(folder, 'unpacked');
  await run('dpkg-deb', '-R', path, unpacked);
  expect(readFileSync(join(unpacked, 'lib/systemd/system/muster-agent.service'), 'utf8')).toContain(
    'ExecStart=/usr/bin/muster-agent run --config /etc/muster-agent/config.yaml\n',
  );
  for (const script of ['postinst', 'prerm', 'postrm'])
    expect(await run('sh', '-n', join(unpacked, 'DEBIAN', script))).toEqual({ code: 0, output: '' });
});
