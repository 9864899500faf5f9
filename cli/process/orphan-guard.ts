// Ends the children of a launcher that was killed before it could end them itself.
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell of a megabyte reads the ids of the children from a pipe. The pipe closes when the launcher is gone, however it went;
 * then it ends the process groups that are still on its list: asked first, after five seconds with SIGKILL.
 */
const SCRIPT = `trap '' INT TERM HUP
list=' '
while read -r verb pid; do
  case $verb in
    add) list="$list$pid " ;;
    remove) list="\${list%% $pid *} \${list#* $pid }" ;;
  esac
done
for pid in $list; do kill -s TERM -- "-$pid" 2>/dev/null; done
for wait in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for pid in $list; do kill -s 0 -- "-$pid" 2>/dev/null && left=yes; done
  [ -z "$left" ] && exit 0
  sleep 0.5
done
for pid in $list; do kill -s KILL -- "-$pid" 2>/dev/null; done
`;

/** Watches over the process groups it was told of. */
export interface OrphanGuard {
  add(pid: number): void;
  remove(pid: number): void;
  /** Ends the guard, and with it whatever is still on its list. */
  close(): void;
}

/** Starts a guard for this process. Its children must lead process groups of their own (`detached`). */
export function startOrphanGuard(): OrphanGuard {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  const pipe = shell.stdin;
  // Without a shell there is no guard; the next start on the same state folder ends what was left.
  shell.on('error', () => {});
  pipe?.on('error', () => {});
  if (pipe !== null && 'unref' in pipe) (pipe as { unref(): void }).unref();
  return {
    add: (pid) => pipe?.write(`add ${pid}\n`),
    remove: (pid) => pipe?.write(`remove ${pid}\n`),
    close: () => pipe?.end(),
  };
}

let shared: OrphanGuard | undefined;

/** The guard of this process, started when first asked for. */
export function orphanGuard(): OrphanGuard {
  shared ??= startOrphanGuard();
  return shared;
}
