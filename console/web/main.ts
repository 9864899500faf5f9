// The console for a browser on this machine: wires the backend, the pages and the server.
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { toMusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import { toContextView } from '../../core/node/contexts.ts';
import { tellFaults } from '../../core/node/faults.ts';
import { startAll } from '../../core/node/lifecycle.ts';
import { createLog } from '../../core/node/log.ts';
import { MetricsEndpoint } from '../../core/node/metrics-endpoint.ts';
import { openInBrowser } from '../../core/node/open-browser.ts';
import { runProgram, type Serving } from '../../core/node/program.ts';
import { ConsoleBackend } from '../host/console-backend.ts';
import { browserSurface, ContextDesk } from '../host/context-desk.ts';
import { Access } from './access.ts';
import { writeAddressFile } from './address-file.ts';
import { loadAssets } from './assets.ts';
import { contextOf, WEB_SETTINGS, type WebConfig } from './config.ts';
import { createWebEvents } from './events.ts';
import { PageSockets } from './page-sockets.ts';
import { WebDownloads } from './web-downloads.ts';
import { WebServer } from './web-server.ts';

const PART = 'console-web';
/** As variables name it: MUSTER_CONSOLE_WEB_PORT. */
const CONFIG_PART = 'console_web';
/** Beside the bundle, or in a checkout. */
const ASSET_FOLDERS = ['./console/renderer/', '../../dist/console/renderer/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

async function run(config: WebConfig): Promise<Serving> {
  const events = createWebEvents(createLog(PART, config.logLevel));
  tellFaults((error) => events.faultFound(error));
  const context = contextOf(config, process.env);
  const desk = new ContextDesk(toContextView(context), context.caFile, browserSurface({ Muster: VERSION, Node: process.versions.node }));
  const downloads = new WebDownloads();
  const backend = new ConsoleBackend(context, desk, downloads);
  const server = new WebServer({
    host: config.host,
    port: config.port,
    access: new Access(),
    assets: loadAssets(ASSET_FOLDERS),
    sockets: new PageSockets(backend, events),
    downloads,
    events,
    publishAddress: (url) => {
      if (config.addressFile === '') return;
      try {
        writeAddressFile(config.addressFile, url);
      } catch (error) {
        events.addressFileFailed(config.addressFile, toMusterError(error).message);
      }
    },
  });
  const metrics = new MetricsEndpoint({ registry: new Registry(), port: config.metricsPort });
  const stop = await startAll([metrics, backend, server]);
  // Whoever reads the address from a file needs no other copy of it: this line ends in a log.
  const url = config.addressFile === '' ? { url: server.url } : {};
  return {
    ready: { port: server.port, ...url },
    async announced() {
      if (config.open) await openInBrowser(server.url).catch((error: unknown) => events.browserNotOpened(toMusterError(error).message));
    },
    stop,
  };
}

await runProgram({ part: PART, configPart: CONFIG_PART, declaration: WEB_SETTINGS, run });
