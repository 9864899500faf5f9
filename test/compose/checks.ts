// What a deployment that is up has to show: samples, doors, a page, hardening.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Finding } from '../../cli/doctor/finding.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { runProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';
import { type Deployment, PROBES } from './deployment.ts';
import { docker } from './docker.ts';

const OWN_IMAGE = 'muster:local';
const BASE_IMAGE = 'node:24.21.0-bookworm-slim';
const MAX_BYTES_ABOVE_BASE = 200e6;

/** Each probe's rows of each other and of the gateway. */
export async function probesStored(deployment: Deployment): Promise<string> {
  const counts = await until(
    'rows of every probe of four others and the gateway',
    async () => {
      const sql = `select n.name, count_distinct(p.target), count() from probe p join nodes n on n.node_id = p.node_id where p.packet_loss < 100`;
      const rows = await deployment.rows(sql);
      const whole = PROBES.every((probe) => rows.some(([name, targets]) => name === probe && Number(targets) >= PROBES.length));
      return whole ? rows : undefined;
    },
    90_000,
  );
  return counts.map(([name, targets, rows]) => `${name} ${rows} rows of ${targets} targets`).join(', ');
}

export async function grpcurlWorks({ target }: Deployment): Promise<string> {
  const token = readFileSync(target.tokenFile, 'utf8').trim();
  const call = ['-cacert', target.caFile, '-H', `authorization: Bearer ${token}`, target.gateway, 'muster.v1.FleetService/ListNodes'];
  const { code, stdout, stderr } = await runProgram(await resolveRuntime('grpcurl'), call);
  if (code !== 0) throw new Error(`grpcurl ended with exit code ${code}: ${stderr}`);
  const { nodes } = JSON.parse(stdout) as { nodes: { info: { name: string; labels: Record<string, string> } }[] };
  const probes = nodes.filter(({ info }) => PROBES.some((name) => name === info.name) && info.labels['latitude'] !== undefined);
  if (probes.length !== PROBES.length) throw new Error(`${probes.length} of the ${PROBES.length} probes are listed with their place`);
  return `${nodes.length} nodes listed, the five probes with country, region and coordinates`;
}

/** By the line of docs/operate/troubleshooting.md: in a container that has what an operator needs. */
export async function doctorIsContent({ project }: Deployment): Promise<string> {
  const credentials = ['--ca-file', '/run/secrets/muster/fleet-ca.crt', '--token-file', '/run/secrets/muster/operator.token'];
  const doctor = ['node', 'muster.mjs', 'doctor', '--json', '--gateway', 'gateway:7443', ...credentials];
  const { findings } = JSON.parse(await project.compose('exec', '-T', 'console', ...doctor)) as { findings: Finding[] };
  const warnings = findings.filter(({ level }) => level !== 'ok').map(({ check, detail }) => `${check}: ${detail}`);
  return `${findings.length} findings, no problem${warnings.length === 0 ? '' : `, warnings: ${warnings.join('; ')}`}`;
}

/** The page by the printed address, in a browser of this machine. */
export async function consoleLoads({ project }: Deployment): Promise<string> {
  const address = (await project.compose('exec', '-T', 'console', 'cat', '/tmp/console-address')).trim();
  const browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const startedMs = performance.now();
    await page.goto(address);
    for (const probe of PROBES) await page.getByText(probe).first().waitFor({ timeout: 30_000 });
    return `the five probes are on the page after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  } finally {
    await browser.close();
  }
}

export async function isHardened({ project }: Deployment): Promise<string> {
  const containers = await project.inspect();
  for (const { Name, Config, HostConfig } of containers) {
    const wrong = [
      Config.User === '10001:10001' ? '' : `runs as "${Config.User}"`,
      HostConfig.ReadonlyRootfs ? '' : 'may write its root',
      HostConfig.CapDrop?.includes('ALL') && !HostConfig.CapAdd?.length ? '' : 'has capabilities',
      HostConfig.SecurityOpt?.some((option) => option.startsWith('no-new-privileges')) ? '' : 'may gain privileges',
      HostConfig.Memory > 0 ? '' : 'has no limit of memory',
    ].filter((words) => words !== '');
    if (wrong.length > 0) throw new Error(`${Name} ${wrong.join(', ')}`);
  }
  return `${containers.length} containers: no root, read-only, no capabilities, no new privileges, limited memory`;
}

export async function imageIsSmall(): Promise<string> {
  const size = async (image: string): Promise<number> => Number(await docker(['image', 'inspect', '-f', '{{.Size}}', image]));
  const above = (await size(OWN_IMAGE)) - (await size(BASE_IMAGE));
  const words = `${(above / 1e6).toFixed(1)} MB above ${BASE_IMAGE}`;
  if (above > MAX_BYTES_ABOVE_BASE) throw new Error(`${words}: at most ${MAX_BYTES_ABOVE_BASE / 1e6} MB`);
  return words;
}

/** Built once more without what the builder remembers: each file has the same path, mode, owner and content. Times of files are those of the build. */
export async function imageIsReproducible({ project }: Deployment): Promise<string> {
  const again = project.with({ MUSTER_TAG: `again-${process.pid}` });
  const image = `${OWN_IMAGE.split(':')[0]}:again-${process.pid}`;
  try {
    await again.compose('build', '--no-cache', 'prepare');
    const [first, second] = [await filesOf(OWN_IMAGE), await filesOf(image)];
    const differ = [...new Set([...first.keys(), ...second.keys()])].filter((path) => first.get(path) !== second.get(path));
    if (differ.length > 0) throw new Error(`${differ.length} files differ between two builds: ${differ.slice(0, 5).join(', ')}`);
    return `${first.size} files are the same in two builds`;
  } finally {
    await docker(['image', 'rm', '-f', image]);
  }
}

/** The image's own files by path, each as `mode owner:group checksum`. */
async function filesOf(image: string): Promise<Map<string, string>> {
  const list = `find / -xdev -type f -exec stat -c '%n|%a %u:%g' {} + | sort; find / -xdev -type f -exec sha256sum {} + | sort -k 2`;
  const bare = ['--rm', '--network', 'none', '--read-only', '-u', '0', '--entrypoint', 'sh'];
  const files = new Map<string, string>();
  for (const line of (await docker(['run', ...bare, image, '-c', list])).split('\n')) {
    const [path = '', rights] = line.split('|');
    if (rights !== undefined) files.set(path, rights);
    else if (line !== '') files.set(line.slice(66), `${files.get(line.slice(66))} ${line.slice(0, 64)}`);
  }
  // The daemon writes these when a container starts.
  for (const path of ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/.dockerenv']) files.delete(path);
  return files;
}
