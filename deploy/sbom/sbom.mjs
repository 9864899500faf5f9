// The bill of materials of what is packaged: CycloneDX, written by npm from the lock file, with the name and version of the package it stands beside.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { npmCommand } from '../setup/packages.mjs';
import { runCommand } from '../setup/runtimes/command.mjs';

/**
 * Writes `muster-VERSION.cdx.json` into the folder. It lists every package that may be in a program of ours with its licence and hash, and no
 * tool that only builds or tests.
 * @param {{ root: string, folder: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ path: string, components: number }>}
 */
export async function writeBillOfMaterials({ root, folder, env }) {
  const { program, before } = npmCommand(env);
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const { stdout } = await runCommand(program, [...before, ...args], { cwd: root, env, label: 'npm sbom' });
  const bill = JSON.parse(stdout);
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // `--omit=dev` leaves out what a tool asks for too (npm 11.19); the lock file marks what only tools need.
  const kept = packagesOfPrograms(root);
  bill.components = bill.components.filter((/** @type {{ 'bom-ref': string }} */ { 'bom-ref': ref }) => kept.has(ref));
  const refs = new Set([bill.metadata.component['bom-ref'], ...kept]);
  bill.dependencies = bill.dependencies
    .filter((/** @type {{ ref: string }} */ { ref }) => refs.has(ref))
    .map((/** @type {{ ref: string, dependsOn: string[] }} */ { ref, dependsOn }) => ({
      ref,
      dependsOn: dependsOn.filter((other) => refs.has(other)),
    }));
  // npm calls the whole by the folder of the checkout.
  bill.metadata.component.name = name;
  const path = join(folder, `${name}-${version}.cdx.json`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(bill, null, 2)}\n`);
  return { path, components: bill.components.length };
}

/** `name@version` of each package that is not only for tools. @param {string} root */
function packagesOfPrograms(root) {
  /** @type {Record<string, { version: string, dev?: boolean, name?: string }>} */
  const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const ours = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  return new Set(ours.map(([path, { name, version }]) => `${name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`));
}
