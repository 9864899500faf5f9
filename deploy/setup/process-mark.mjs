// Names one process for ever: process ids are used again, after a reboot and in containers soon.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** @type {string | undefined} */
let boot;

/** Start times begin anew with each boot, and the first processes get the same ones. */
function bootId() {
  boot ??= readOrEmpty('/proc/sys/kernel/random/boot_id').trim().slice(0, 8);
  return boot;
}

/** @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * A text that names the process together with its id: when it started, and in which boot. Undefined where there is no such process, or only its
 * zombie.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startMark(pid) {
  if (process.platform !== 'linux') return startedAt(pid);
  // Field 3 (the state) and field 22 (ticks since the boot); the name before them may hold spaces and parentheses. See proc(5).
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (text === '' || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${fields[19]}@${bootId()}`;
}

/** @param {number} pid */
function startedAt(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * True where the process of that id is the one that the mark was made of. Marks of versions before 0.2 have no boot.
 * @param {number} pid @param {string} mark
 */
export function isProcess(pid, mark) {
  const now = pid > 0 ? startMark(pid) : undefined;
  return mark !== '' && now !== undefined && (now === mark || (!mark.includes('@') && now.startsWith(`${mark}@`)));
}
