// `npm run test:compose`: the whole system as its users deploy it, its faults, its ledger, and nothing left behind.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullStream, slowDatabase, suspendedTable, twoEtls, undecodableMessage } from './bad-inputs.ts';
import { consoleLoads, doctorIsContent, grpcurlWorks, imageIsReproducible, imageIsSmall, isHardened, probesStored } from './checks.ts';
import { Deployment } from './deployment.ts';
import { FAULTS, type Fault, SERVICES, type Service } from './faults.ts';
import { fiveProbes } from './load.ts';
import { Report } from './report.ts';

const JUNIT = join(import.meta.dirname, '../../test-results/compose.xml');
const SCENARIO_SECONDS = 60;
const FAULT_MS = 5000;
const AWAY_MS = 20_000;
const RECOVERED_WITHIN_MS = 30_000;
/** Its samples begin when all its streams are open; the first fault comes into the middle of them. */
const LOAD_RUNS_AFTER_MS = 5000;

async function faultUnderLoad(deployment: Deployment, service: Service, fault: Fault): Promise<string> {
  const { project } = deployment;
  await fault.begin(project, service);
  try {
    await sleep(FAULT_MS);
  } finally {
    await fault.end(project, service);
  }
  return `all probes flow ${((await deployment.untilFlowing(RECOVERED_WITHIN_MS)) / 1000).toFixed(1)} s after its end`;
}

/** All four faults of a service within one run of the scenario, which has to be whole in spite of them. */
async function faultsOf(report: Report, deployment: Deployment, service: Service): Promise<void> {
  const load = report.step('load', `five probes during the faults of ${service}`, () => fiveProbes(deployment, SCENARIO_SECONDS));
  await sleep(LOAD_RUNS_AFTER_MS);
  for (const fault of FAULTS) await report.step(service, fault.name, () => faultUnderLoad(deployment, service, fault));
  await load;
}

async function backendAway(deployment: Deployment): Promise<string> {
  const { project } = deployment;
  await project.compose('stop', ...SERVICES);
  await sleep(AWAY_MS);
  await project.compose('start', ...SERVICES);
  const seconds = (await deployment.untilFlowing(2 * RECOVERED_WITHIN_MS)) / 1000;
  const { inSpools } = await deployment.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 60_000 });
  return `away for ${AWAY_MS / 1000} s, flows ${seconds.toFixed(1)} s after the start, ${inSpools} batches still in spools`;
}

async function ledgerIsExact(deployment: Deployment): Promise<string> {
  const { lost, doubled, missingRows, stored, ledgerRows, tableRows, nodes } = await deployment.client.call(
    'verify',
    { nodeId: '', waitMs: 30_000 },
    { timeoutMs: 120_000 },
  );
  const words = `${stored} batches of ${nodes} nodes, ${ledgerRows} rows in the ledger and ${tableRows} in the tables: ${lost} lost, ${doubled} doubled, ${missingRows} missing`;
  if (lost + doubled + missingRows > 0) throw new Error(words);
  return words;
}

async function exercise(report: Report, deployment: Deployment): Promise<void> {
  const { project } = deployment;
  await report.step('start', 'compose config is clean', async () => project.compose('config', '-q').then(() => 'no complaint'));
  await report.step('start', 'build', async () => project.compose('build').then(() => 'built'));
  await report.step('start', 'image size', imageIsSmall);
  await report.step('start', 'the image is reproducible', () => imageIsReproducible(deployment));
  const up = await report.step('start', 'up, until all are healthy', () => deployment.up().then(() => 'healthy'));
  if (!up) return;
  await report.step('start', 'hardening', () => isHardened(deployment));
  await report.step('doors', "every probe's samples are stored", () => probesStored(deployment));
  await report.step('doors', 'console in a browser', () => consoleLoads(deployment));
  await report.step('doors', 'grpcurl', () => grpcurlWorks(deployment));
  await report.step('doors', 'muster doctor', () => doctorIsContent(deployment));
  await report.step('load', 'five probes', () => fiveProbes(deployment, SCENARIO_SECONDS));
  for (const service of SERVICES) await faultsOf(report, deployment, service);
  await report.step('backend', 'away while spools grow, then drained', () => backendAway(deployment));
  await report.step('bad input', 'a full stream (30)', () => fullStream(deployment));
  await report.step('bad input', 'an undecodable message (31)', () => undecodableMessage(deployment));
  await report.step('bad input', 'two ETLs at once (32)', () => twoEtls(deployment));
  await report.step('bad input', 'QuestDB holds still for 12 s (32)', () => slowDatabase(deployment));
  await report.step('bad input', 'a suspended table (34)', () => suspendedTable(deployment));
  await report.step('end', 'the ledger is exact', () => ledgerIsExact(deployment));
}

const report = new Report();
const deployment = await Deployment.create();
try {
  await exercise(report, deployment);
  if (report.failed > 0) process.stderr.write(await deployment.project.compose('logs', '--no-color', '--tail', '40'));
} finally {
  await report.step('end', 'down -v leaves nothing', () => deployment.down().then(() => 'no container, volume or network'));
  process.stdout.write(`\n${report.lines().join('\n')}\n\n`);
  report.writeJunit(JUNIT);
}
process.stdout.write(`${report.failed === 0 ? 'all well' : `${report.failed} failed`}: ${report.steps.length} steps, ${JUNIT}\n`);
process.exitCode = report.failed === 0 ? 0 : 1;
