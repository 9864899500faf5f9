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

/**
 * Where each package of package.json may be imported; tests and the set-up of tests may import any of them. `only` is empty for one that no
 * code of ours imports.
 */
export interface Wall {
  readonly packages: RegExp;
  readonly only: readonly string[];
  readonly why: string;
}

const PAGES = 'console/renderer';
const SERVERS = ['gateway', 'etl', 'console/web'];

export const PACKAGES: readonly Wall[] = [
  { packages: /^electron$/, only: ['console/main', 'console/preload'], why: 'only the window’s own process has it' },
  { packages: /^(react|react-dom|uplot|lucide-react)$|^@(codemirror|lezer|tanstack)\//, only: [PAGES], why: 'they need a page' },
  { packages: /^(d3-geo|topojson-client|topojson-specification|world-atlas)$/, only: [PAGES], why: 'only the map draws the world' },
  {
    packages: /^@grpc\/grpc-js$/,
    only: ['proto', 'core/node', 'agent/uplink', 'gateway', 'etl/sources', 'cli', 'console/host'],
    why: 'they are an end of a gRPC connection',
  },
  { packages: /^@grpc\/proto-loader$/, only: ['proto', 'gateway/server'], why: 'they load the contract' },
  { packages: /^(@grpc\/reflection|grpc-health-check)$/, only: ['gateway/server'], why: 'only the gateway serves gRPC' },
  { packages: /^protobufjs$/, only: ['proto'], why: 'messages are generated from the contract, and encoded in proto alone' },
  { packages: /^(@peculiar\/x509|reflect-metadata)$/, only: ['core/node', 'gateway/identity'], why: 'certificates are made there' },
  { packages: /^nats$/, only: ['core/node', 'gateway', 'etl'], why: 'agents and operators reach the streams through a gateway' },
  { packages: /^pg$/, only: ['gateway/fleet'], why: 'QuestDB is read there alone' },
  { packages: /^@questdb\/nodejs-client$/, only: ['etl'], why: 'QuestDB is written by the ETL alone' },
  { packages: /^@fastify\/busboy$/, only: ['gateway/ingest'], why: 'forms with files are taken there' },
  { packages: /^hyparquet(-writer|-compressors)?$/, only: ['core/files'], why: 'Parquet is read and written there' },
  { packages: /^prom-client$/, only: ['core/node', ...SERVERS], why: 'an agent writes its few metrics by hand, to stay small' },
  { packages: /^pino$/, only: ['core/node'], why: 'there is one log' },
  { packages: /^commander$/, only: ['cli'], why: 'the other programs have settings, no commands' },
  { packages: /^systeminformation$/, only: ['agent'], why: 'only the agent reads the machine' },
  { packages: /^ws$/, only: ['agent/local', 'console/web'], why: 'they serve WebSockets' },
  {
    packages: /^yaml$/,
    only: ['core/node', 'agent/tasks', 'etl/sources', 'cli/parts'],
    why: 'settings are read by core/node/config.ts, and files are written there alone',
  },
  {
    packages: /^zod$/,
    only: ['core/node', 'core/files', 'agent', 'gateway', 'etl', 'cli', 'console/main', 'console/web'],
    why: 'what a page or the contract takes is checked without it',
  },
  { packages: /^(rolldown|vite)$/, only: ['deploy'], why: 'programs are bundled there' },
  {
    packages: /^(typescript|vitest|axe-core|csv-parse|fast-check|playwright-core)$/,
    only: [],
    why: 'it is for tests',
  },
  {
    packages: /^(@biomejs\/biome|@bufbuild\/buf|postject|node-(linux|win)-(x64|arm64)|@types\/.*)$/,
    only: [],
    why: 'it is a tool or holds types, and no code imports it',
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

const TEST = /^test\/|\.(test|fixture)\.(tsx?|mjs)$/;

/** `@scope/name` or `name` of an import, without the path inside it. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export function wallOf(name: string): Wall | undefined {
  return PACKAGES.find(({ packages }) => packages.test(name));
}

/** The same for a package. */
export function packageProblemOf(from: string, specifier: string): string | undefined {
  if (/^(node:|#|virtual:)/.test(specifier) || TEST.test(from)) return undefined;
  const wall = wallOf(packageOf(specifier));
  if (!wall) return `${from} imports ${specifier}, which has no row in PACKAGES of test/architecture/allowed-imports.ts: say who may.`;
  if (wall.only.some((folder) => isWithin(from, folder))) return undefined;
  return `${from} imports ${specifier}: ${wall.why}, so only ${[...wall.only, 'tests'].join(', ')} may.`;
}
