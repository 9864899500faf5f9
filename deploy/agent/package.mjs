// `npm run package -- agent [FOLDER]`: the agent as a single file and, where dpkg-deb is there, as a Debian package, with their bill of materials.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBillOfMaterials } from '../sbom/sbom.mjs';
import { nodeProgram } from '../setup/node24.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { buildDeb } from './deb.mjs';
import { buildSingleFile } from './single-file.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const WHAT = ['agent', 'agent-sea', 'agent-deb'];

/** @param {readonly string[]} args */
async function packageAgent([what = '', folder = join(ROOT, '.cache', 'packages')]) {
  if (!WHAT.includes(what))
    throw new SetupError('invalid_config', `There is no package "${what}"; there are ${WHAT.join(', ')} and console.`);
  const node = nodeProgram(ROOT);
  const target = resolve(folder);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const program = join(target, `muster-agent-${version}-linux-${process.arch}`);
  const single = await buildSingleFile({ root: ROOT, node, target: program });
  console.log(`${single.path} (${toMebibytes(single.bytes)}${single.stripped ? '' : ', not stripped: binutils is missing'})`);
  const bill = await writeBillOfMaterials({ root: ROOT, folder: target, env: process.env });
  console.log(`${bill.path} (${bill.components} components)`);
  if (what === 'agent-sea') return;
  const deb = await buildDeb({ root: ROOT, program, target, version, license: join(dirname(dirname(node)), 'LICENSE') });
  console.log(`${deb.path} (${toMebibytes(deb.bytes)})`);
}

/** @param {number} bytes */
function toMebibytes(bytes) {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

try {
  await packageAgent(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = thrown.code === 'invalid_config' ? 2 : 1;
}
