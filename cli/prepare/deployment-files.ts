// The secrets, certificates and configuration files of a deployment in containers, a folder for each part that reads them: no part sees
// another's secrets.
import { basename, join } from 'node:path';
import { copyDurably, makeFolderDurably, writeDurably } from '../../core/node/durable-file.ts';
import { natsServerConfig } from '../parts/nats-server-part.ts';
import type { Login } from '../parts/part.ts';
import { mendQuestdbVolume } from '../parts/questdb-files.ts';
import { LOG_CONFIG, questdbConfig } from '../parts/questdb-part.ts';
import { StateFolder } from '../state/state-folder.ts';
import { ensureCertificates } from '../up/certificates.ts';

/** Ports inside the containers: those of the official images. */
export const PORTS = { nats: 4222, natsMonitor: 8222, questdbHttp: 9000, questdbPg: 8812, questdbHealth: 9003 } as const;

/** Where the official image of nats has its volume. */
const NATS_DATA = '/data';

/**
 * Makes what is missing below `folder` and writes the rest again, so that a second call changes no secret. `names` are those by which agents and
 * operators call the gateway; `onRemade` is told of each damaged file that was made again, and of each that needs hands.
 */
export async function prepareDeployment(
  folder: string,
  names: readonly string[],
  onRemade: (sentence: string) => void = () => undefined,
): Promise<void> {
  const state = new StateFolder(join(folder, 'fleet'), onRemade);
  state.create();
  await ensureCertificates(state, names);
  state.secret('operator.token');
  const login = (user: string, secret: string): Login => ({ user, password: state.secret(secret) });
  const [admin, reader] = [login('admin', 'questdb-admin'), login('reader', 'questdb-reader')];
  const [gateway, etl] = [login('gateway', 'nats-gateway'), login('etl', 'nats-etl')];
  const place = (part: string, ...files: readonly string[]): void => {
    for (const file of files) copy(file, join(folder, part));
  };
  place('gateway', state.caFile, state.caKeyFile, state.tlsKeyFile, state.tlsCertificateFile, state.operatorTokenFile);
  place('gateway', state.secretFile('nats-gateway'), state.secretFile('questdb-reader'));
  place('etl', state.secretFile('nats-etl'), state.secretFile('questdb-admin'));
  place('operator', state.caFile, state.operatorTokenFile);
  place('probes', state.caFile);
  const nats = natsServerConfig({
    ...{ program: '', dir: NATS_DATA, host: '0.0.0.0', port: PORTS.nats, monitorPort: PORTS.natsMonitor },
    ...{ gateway, etl, consumer: login('consumer', 'nats-consumer'), admin: login('admin', 'nats-admin') },
  });
  write(join(folder, 'nats'), 'nats-server.conf', nats);
  for (const sentence of mendQuestdbVolume(join(folder, 'questdb'))) onRemade(sentence);
  const questdb = questdbConfig({ host: '0.0.0.0', httpPort: PORTS.questdbHttp, pgPort: PORTS.questdbPg, admin, reader });
  // Its health needs no login and is asked within its container alone.
  const health = `http.min.enabled=true\nhttp.min.net.bind.to=127.0.0.1:${PORTS.questdbHealth}\nhttp.health.check.authentication.required=false\n`;
  write(join(folder, 'questdb', 'conf'), 'server.conf', questdb.replace(/^http\.min\.enabled=.*\n/m, health));
  write(join(folder, 'questdb', 'conf'), 'log.conf', LOG_CONFIG);
}

function write(folder: string, name: string, text: string): void {
  makeFolderDurably(folder);
  writeDurably(join(folder, name), text);
}

/** Whole or not at all, for its owner alone. */
function copy(file: string, folder: string): void {
  makeFolderDurably(folder);
  copyDurably(file, join(folder, basename(file)));
}
