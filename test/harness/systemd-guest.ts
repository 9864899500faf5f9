// A real systemd as the first process of namespaces of its own, over a throw-away copy of this machine's files. Needs root and a cgroup v2 to write in.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Run } from './program.ts';
import { until } from './until.ts';

const SYSTEMD = '/usr/lib/systemd/systemd';
const BOOT_LIMIT_MS = 20_000;
const ROOT = resolve(import.meta.dirname, '../..');
/** Where the guest has this checkout: an overlay shows no further mounts, and the guest has a /tmp of its own. */
const CHECKOUT = '/opt/muster-checkout';

/** An overlay of / whose changes live in memory, with /proc/sys read-only: nothing of what systemd does reaches the machine itself. */
const BOOT = `set -e
W=$1 R=$1/root C=$2
mount --make-rprivate /
mount -t tmpfs tmpfs $W
mkdir $W/upper $W/work $R
mount -t overlay overlay -o lowerdir=/,upperdir=$W/upper,workdir=$W/work $R
mount -t proc proc $R/proc
mount -o bind,ro $R/proc/sys $R/proc/sys
mount -t sysfs -o ro sysfs $R/sys
mount -t cgroup2 cgroup2 $R/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $R/run
mount -t tmpfs tmpfs $R/tmp
mkdir -p $R${CHECKOUT}
mount --bind $C $R${CHECKOUT}
mount -t tmpfs -o mode=755 tmpfs $R/dev
for d in null zero full random urandom tty; do touch $R/dev/$d; mount --bind /dev/$d $R/dev/$d; done
mkdir $R/dev/pts $R/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts $R/dev/pts
ln -s pts/ptmx $R/dev/ptmx
mount -t tmpfs tmpfs $R/dev/shm
rm -rf $R/etc/systemd/system
mkdir -p $R/etc/systemd/system $R/old
printf '[Unit]\\nRequires=systemd-journald.service\\nAllowIsolate=yes\\n' > $R/etc/systemd/system/guest.target
ln -s guest.target $R/etc/systemd/system/default.target
echo 0123456789abcdef0123456789abcdef > $R/etc/machine-id
cd $R
pivot_root . old
umount -l /old
exec env -i container=muster PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${SYSTEMD} --system --log-target=journal --show-status=false
`;

export interface SystemdGuest {
  /** Runs a program in it; paths of this checkout are found there. Never rejects for an exit code. */
  run(program: string, ...args: string[]): Promise<Run>;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** Boots one; undefined where this machine cannot (no root, no systemd, no namespaces, no cgroup v2 of ours). */
export async function startSystemdGuest(): Promise<SystemdGuest | undefined> {
  const cgroup = makeCgroup();
  if (cgroup === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'muster-guest-'));
  writeFileSync(join(folder, 'boot.sh'), BOOT);
  mkdirSync(join(folder, 'files'));
  const inside = `echo $$ > ${cgroup}/cgroup.procs; exec unshare --mount --pid --fork --cgroup --uts --ipc --kill-child=SIGKILL sh ${folder}/boot.sh ${folder}/files ${ROOT}`;
  const child = spawn('sh', ['-c', inside], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await until('the guest to be gone', () => removeCgroup(cgroup));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const pid = await until('systemd to start', () => childOf(child.pid as number), BOOT_LIMIT_MS);
    const run = (program: string, ...args: string[]): Promise<Run> => runIn(pid, toGuest(program), args.map(toGuest));
    await until('systemd to be up', async () => (await run('systemctl', 'is-system-running')).stdout.trim() === 'running', BOOT_LIMIT_MS);
    return { run, stop };
  } catch {
    await stop();
    return undefined;
  }
}

function makeCgroup(): string | undefined {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2')?.[1];
  if (mount === undefined || process.getuid?.() !== 0) return undefined;
  const path = join(mount, `muster-guest-${process.pid}`);
  try {
    execFileSync(SYSTEMD, ['--version'], { stdio: 'ignore' });
    mkdirSync(path);
    return path;
  } catch {
    return undefined;
  }
}

function toGuest(path: string): string {
  return path.startsWith(`${ROOT}/`) ? `${CHECKOUT}${path.slice(ROOT.length)}` : path;
}

/** A group with processes cannot be removed: those of the guest take a moment to go. */
function removeCgroup(cgroup: string): true {
  for (const entry of readdirSync(cgroup, { withFileTypes: true })) if (entry.isDirectory()) removeCgroup(join(cgroup, entry.name));
  rmdirSync(cgroup);
  return true;
}

/** The first process of the guest: the child of `unshare`, once it has become systemd. */
function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  if (children === '') return undefined;
  const first = Number(children.split(' ')[0]);
  return readFileSync(`/proc/${first}/comm`, 'utf8').trim() === 'systemd' ? first : undefined;
}

async function runIn(pid: number, program: string, args: readonly string[]): Promise<Run> {
  const words = ['-t', String(pid), '-m', '-p', '-u', '-i', '-C', program, ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)('nsenter', words, { timeout: 60_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : 1, stdout, stderr };
  }
}
