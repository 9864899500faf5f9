// Who may import whom. The first row whose folder holds the file counts; a folder may always import from itself.

export interface Layer {
  readonly folder: string;
  /** Folders or files of ours. `type:` in front: their types only. */
  readonly mayImport: readonly string[];
  /** A row that should not be needed: what it waits for. */
  readonly debt?: string;
}

const CORE = ['core/common', 'core/node'];
/** Readers and writers of CSV, NDJSON and Parquet: for programs that take in or give out files of measurements, never for an agent. */
const FILES = 'core/files';
const RUNTIMES = 'deploy/setup/runtimes.mjs';
/** What a start needs before anything is installed, and `up` after it. */
const LOCKS = ['deploy/setup/file-lock.mjs', 'deploy/setup/process-mark.mjs'];

export const LAYERS: readonly Layer[] = [
  { folder: 'core/common', mayImport: [] },
  { folder: 'core/node', mayImport: ['core/common'] },
  { folder: 'core/files', mayImport: CORE },
  { folder: 'proto/client', mayImport: ['proto', ...CORE] },
  { folder: 'proto', mayImport: ['core/common'] },
  { folder: 'agent', mayImport: ['proto', ...CORE] },
  { folder: 'gateway', mayImport: ['proto', FILES, ...CORE] },
  { folder: 'etl', mayImport: ['proto', FILES, ...CORE] },
  { folder: 'cli', mayImport: ['proto', FILES, ...CORE, RUNTIMES, ...LOCKS] },
  { folder: 'console/common', mayImport: ['core/common', 'type:proto/gen/messages.ts'] },
  { folder: 'console/host', mayImport: ['console/common', 'proto', 'core/files/export', ...CORE] },
  { folder: 'console/backend', mayImport: ['console/host', 'console/common', ...CORE] },
  { folder: 'console/main', mayImport: ['console/host', 'console/common', ...CORE] },
  { folder: 'console/web', mayImport: ['console/host', 'console/common', ...CORE] },
  { folder: 'console/preload', mayImport: ['console/common'] },
  { folder: 'console/renderer', mayImport: ['console/common', 'core/common', 'type:proto/gen/messages.ts'] },
  { folder: 'deploy', mayImport: [] },
  { folder: 'test', mayImport: ['agent', 'cli', 'console', 'core', 'deploy', 'etl', 'gateway', 'proto', 'vitest.config.ts'] },
];

/** Packages that belong to some folders alone: elsewhere they would bring an environment that is not there. */
export const PACKAGES: readonly { readonly packages: RegExp; readonly only: readonly string[]; readonly why: string }[] = [
  { packages: /^electron$/, only: ['console/main', 'console/preload', 'test'], why: 'only the window’s own process has it' },
  {
    packages: /^(react|react-dom|uplot|lucide-react|@codemirror\/.*|@tanstack\/.*)(\/|$)/,
    only: ['console/renderer', 'test'],
    why: 'they need a page',
  },
];

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** What is wrong with this import, as a sentence that names both files and the rule; undefined where it is allowed. */
export function problemOf(from: string, target: string, typeOnly: boolean): string | undefined {
  const layer = LAYERS.find(({ folder }) => isWithin(from, folder));
  if (!layer) return `${from} lies in no folder of the table in test/architecture/allowed-imports.ts: add its row.`;
  if (isWithin(target, layer.folder)) return undefined;
  const allowed = layer.mayImport.some((rule) => {
    const [, types, folder = ''] = /^(type:)?(.*)$/.exec(rule) ?? [];
    return isWithin(target, folder) && (types === undefined || typeOnly);
  });
  if (allowed) return undefined;
  return `${from} imports ${target}: ${layer.folder} may import ${layer.mayImport.join(', ') || 'nothing of ours'} and itself.`;
}

/** The same for a package. */
export function packageProblemOf(from: string, specifier: string): string | undefined {
  const rule = PACKAGES.find(({ packages }) => packages.test(specifier));
  if (!rule || rule.only.some((folder) => isWithin(from, folder))) return undefined;
  return `${from} imports ${specifier}: ${rule.why}, so only ${rule.only.join(', ')} may.`;
}
