// Builds dist/: every program as one file with all it needs inside, and the renderer's page. Runs under the packaged Node 24, after the packages are there.
// `node deploy/setup/build.mjs [NAME…]` builds all, or the named ones.
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS } from './programs.mjs';

/** @typedef {import('./programs.mjs').Program} Program */

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const DIST = join(ROOT, 'dist');
/** The newest Node and the oldest Electron we run on: Electron 22 has Node 16 and Chrome 108. */
const TARGETS = { node: 'node24', electron: 'node16', page: 'chrome108' };
/** Packages that read .proto files beside themselves: they find them below dist/assets. */
const PACKAGES_WITH_PROTO = ['@grpc/reflection', 'grpc-health-check'];
/** Folders that go along as they are. */
const ASSETS = [
  { from: 'node_modules/@grpc/reflection/build/proto', to: 'assets/@grpc/reflection/build/proto' },
  { from: 'node_modules/grpc-health-check/proto', to: 'assets/grpc-health-check/proto' },
  { from: 'deploy/setup/runtimes/electron-default-app', to: 'electron-default-app' },
  // What a person starts: says which Node is needed where this one is too old to read the program.
  { from: 'cli/start.mjs', to: 'muster.mjs' },
];
/** CommonJS inside an ES module still says __dirname. `require` comes from rolldown itself. */
const ESM_BANNER = 'const __filename = import.meta.filename, __dirname = import.meta.dirname;';

/** As if the packages stood there. */
const protoAssets = {
  name: 'proto-assets',
  transform: {
    filter: { code: /__dirname/ },
    /** @param {string} code @param {string} id */
    handler(code, id) {
      const owner = PACKAGES_WITH_PROTO.find((name) => id.includes(`/node_modules/${name}/`));
      if (!owner) return null;
      const folder = relative(join(ROOT, 'node_modules'), dirname(id)).replaceAll('\\', '/');
      const replaced = code.replaceAll('__dirname', `require('node:path').join(__dirname, ${JSON.stringify(`assets/${folder}`)})`);
      // No line moves, so the map stays as it is.
      return { code: replaced, map: null };
    },
  },
};

/** @param {Program} program @param {string} stage */
async function bundle(program, stage) {
  const { build } = await import('rolldown');
  const esm = program.kind === 'node';
  await build({
    cwd: ROOT,
    input: join(ROOT, program.input),
    platform: 'node',
    external: esm ? [/^node:/] : ['electron', /^node:/],
    transform: { target: TARGETS[program.kind] },
    plugins: [protoAssets],
    // pg asks for its optional native driver, ws for optional speed-ups: absent here, and both live without.
    onLog: (level, log, handle) =>
      log.code === 'UNRESOLVED_IMPORT' && /pg-native|bufferutil|utf-8-validate/.test(log.message) ? undefined : handle(level, log),
    output: {
      file: join(stage, program.output),
      format: esm ? 'esm' : 'cjs',
      codeSplitting: false,
      minify: program.minify === true,
      sourcemap: true,
      ...(esm ? { banner: ESM_BANNER } : {}),
    },
    logLevel: 'warn',
  });
  if (program.minify === true) await escapeToAscii(join(stage, program.output));
}

/**
 * V8 keeps a source in which one character is beyond Latin-1 with two bytes for each: 1.3 MB of an agent's memory for a few dashes. Only
 * columns of the source map behind such a character move.
 * @param {string} file
 */
async function escapeToAscii(file) {
  const code = await readFile(file, 'utf8');
  await writeFile(
    file,
    code.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** @param {Program} program @param {string} stage */
async function buildPage(program, stage) {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: join(ROOT, program.input),
    // Relative addresses: the page is opened from a file by Electron and from / by the web console.
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic' } },
    build: {
      target: TARGETS.page,
      outDir: join(stage, program.output),
      emptyOutDir: true,
      sourcemap: true,
      // One small page loaded from the same machine: a warning about chunk size says nothing.
      chunkSizeWarningLimit: 4096,
      rolldownOptions: {
        checks: { pluginTimings: false },
        // "use client" speaks to servers that render React; there is none here.
        onLog: (level, log, handle) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : handle(level, log)),
      },
    },
  });
}

/** Puts what was staged in its place by a rename, so that a running part never meets a half-written one. @param {string} output @param {string} stage */
async function put(output, stage) {
  const target = join(DIST, output);
  await mkdir(dirname(target), { recursive: true });
  // A file is replaced in one step; a folder in the place of a folder only after that one is moved away.
  if (existsSync(target) && statSync(target).isDirectory()) await rename(target, join(await mkdtemp(join(stage, 'replaced-')), 'it'));
  await rename(join(stage, output), target);
}

/** @param {Program} program */
function outputsOf({ kind, output }) {
  return kind === 'page' ? [output] : [output, `${output}.map`];
}

/**
 * Builds the named programs, all of them without names, side by side.
 * @param {readonly string[]} [names]
 * @returns {Promise<string[]>} the names built
 */
export async function buildPrograms(names = []) {
  const unknown = names.find((name) => !PROGRAMS.some((program) => program.name === name));
  if (unknown)
    throw new Error(`There is no program "${unknown}" to build; there are ${PROGRAMS.map((program) => program.name).join(', ')}.`);
  const programs = PROGRAMS.filter((program) => names.length === 0 || names.includes(program.name));
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const stage = await mkdtemp(join(ROOT, '.cache', 'build-'));
  try {
    const built = programs.map((program) => (program.kind === 'page' ? buildPage(program, stage) : bundle(program, stage)));
    const copied = ASSETS.map(({ from, to }) => cp(join(ROOT, from), join(stage, to), { recursive: true }));
    // All are waited for: one that goes on after a failure of another would write into a folder that is gone.
    const failed = (await Promise.allSettled([...built, ...copied])).find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    for (const output of [...programs.flatMap(outputsOf), ...ASSETS.map(({ to }) => to)]) await put(output, stage);
    if (names.length === 0) await removeStrangers();
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  return programs.map((program) => program.name);
}

/** What an earlier build left of a program that is gone. */
async function removeStrangers() {
  const expected = new Set([...PROGRAMS.flatMap(outputsOf), ...ASSETS.map(({ to }) => to)].map((output) => output.split('/')[0]));
  for (const entry of await readdir(DIST)) if (!expected.has(entry)) await rm(join(DIST, entry), { recursive: true, force: true });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildPrograms(process.argv.slice(2));
}
