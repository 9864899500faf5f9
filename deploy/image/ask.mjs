// Asks an address and ends with 0 where it answers 200: the health checks of the containers. `node ask.mjs ADDRESS [CA-FILE]`
import { readFileSync } from 'node:fs';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

const [address = '', caFile = ''] = process.argv.slice(2);
const call = (address.startsWith('https:') ? getHttps : getHttp)(
  address,
  { timeout: 3000, agent: false, ...(caFile === '' ? {} : { ca: readFileSync(caFile) }) },
  ({ statusCode }) => end(statusCode === 200 ? '' : `${address} answers ${statusCode}`),
);
call.on('timeout', () => end(`${address} does not answer within 3 s`));
call.on('error', ({ message }) => end(`${address}: ${message}`));

/** @param {string} problem */
function end(problem) {
  if (problem !== '') process.stderr.write(`${problem}\n`);
  process.exit(problem === '' ? 0 : 1);
}
