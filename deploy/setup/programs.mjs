// What is built into dist/: the programs, each from its main.ts, and the renderer's page. Does not build them (build.mjs does).

/**
 * @typedef {object} Program
 * @property {string} name as one asks for it: `node deploy/setup/build.mjs NAME`
 * @property {string} input the file (or, for the page, the folder) it starts from
 * @property {string} output what stands below dist/ afterwards: a file, or for the page a folder
 * @property {'node' | 'electron' | 'page'} kind
 * @property {boolean} [minify] where the program's memory counts: what is parsed stays in it
 */

/** @type {readonly Program[]} */
export const PROGRAMS = [
  { name: 'muster', input: 'cli/main.ts', output: 'muster-main.mjs', kind: 'node' },
  { name: 'agent', input: 'agent/main.ts', output: 'agent.mjs', kind: 'node', minify: true },
  { name: 'simulate', input: 'agent/simulate/main.ts', output: 'simulate.mjs', kind: 'node' },
  { name: 'gateway', input: 'gateway/main.ts', output: 'gateway.mjs', kind: 'node' },
  { name: 'import-worker', input: 'gateway/ingest/import-worker.ts', output: 'import-worker.mjs', kind: 'node' },
  { name: 'etl', input: 'etl/main.ts', output: 'etl.mjs', kind: 'node' },
  { name: 'prometheus', input: 'etl/sources/prometheus/main.ts', output: 'prometheus.mjs', kind: 'node' },
  { name: 'console-web', input: 'console/web/main.ts', output: 'console-web.mjs', kind: 'node' },
  { name: 'console-main', input: 'console/main/main.ts', output: 'console/main.cjs', kind: 'electron' },
  { name: 'console-backend', input: 'console/backend/main.ts', output: 'console/backend.cjs', kind: 'electron' },
  { name: 'console-preload', input: 'console/preload/preload.ts', output: 'console/preload.cjs', kind: 'electron' },
  { name: 'console-page', input: 'console/renderer', output: 'console/renderer', kind: 'page' },
];

/** Folders whose files decide whether dist/ is current. */
export const SOURCE_FOLDERS = ['core', 'proto', 'agent', 'gateway', 'etl', 'cli', 'console', 'deploy/setup'];
