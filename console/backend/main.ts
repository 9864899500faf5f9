// The backend of one context, a process of its own: what the gateway sends is decoded here, and neither the window's input nor another context
// waits for it. Its pages speak with it over ports, past the program.
import { toMusterError } from '../../core/common/muster-error.ts';
import { fault, tellFaults } from '../../core/node/faults.ts';
import { encodeBinaryMessage } from '../common/binary-message.ts';
import type { FromBackend, ToBackend } from '../host/backend-message.ts';
import { ConsoleBackend } from '../host/console-backend.ts';
import { ContextDesk } from '../host/context-desk.ts';
import { PageSession } from '../host/page-session.ts';
import { NodeTap } from './node-tap.ts';
import { NodeWatch } from './node-watch.ts';
import { Program } from './program.ts';

/** Electron's, as far as it is used here. */
interface PagePort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
}

interface ParentPort {
  on(event: 'message', listener: (event: { data: ToBackend; ports: PagePort[] }) => void): void;
  postMessage(message: FromBackend): void;
}

interface Running {
  program: Program;
  backend: ConsoleBackend;
  desk: ContextDesk;
  api: NodeTap;
}

const { parentPort } = process as unknown as { parentPort: ParentPort };
const say = (message: FromBackend): void => parentPort.postMessage(message);
let running: Running | undefined;

// It has no log of its own: the program writes what it says.
tellFaults((error) => say({ kind: 'refused', reason: `a fault of the backend: ${toMusterError(error).message}` }));

parentPort.on('message', ({ data, ports }) => {
  if (data.kind === 'begin') {
    running = begin(data);
    return;
  }
  if (data.kind === 'ping') {
    say({ kind: 'pong' });
    return;
  }
  if (data.kind === 'end') {
    // What is half written goes first.
    Promise.resolve(running?.backend.stop())
      .catch(fault)
      .finally(() => process.exit(0));
    return;
  }
  if (running === undefined) throw new Error(`${data.kind} came before begin`);
  const { program, desk, api } = running;
  const [port] = ports;
  if (data.kind === 'page' && port !== undefined) serve(api, port);
  else if (data.kind === 'surface') {
    program.setSurface(data.surface);
    desk.changed();
  } else if (data.kind === 'done' || data.kind === 'failed') program.receive(data);
});

function begin({ context, address, surface }: Extract<ToBackend, { kind: 'begin' }>): Running {
  const program = new Program(surface, say);
  const desk = new ContextDesk(context, address.caFile, program);
  const backend = new ConsoleBackend(address, desk, program);
  const watch = new NodeWatch({ counts: (counts) => say({ kind: 'counts', counts }), note: (note) => say({ kind: 'note', note }) });
  const api = new NodeTap(backend, watch.nodes);
  backend.start().catch(fault);
  backend.subscribe('connection', {}, watch.connection);
  let told = 0;
  backend.subscribe('exports', {}, () => {
    if (backend.runningExports === told) return;
    told = backend.runningExports;
    say({ kind: 'exports', running: told });
  });
  api.start();
  return { program, backend, desk, api };
}

function serve(api: NodeTap, port: PagePort): void {
  const page = new PageSession(api, (message) => {
    const bytes = encodeBinaryMessage(message);
    port.postMessage(bytes);
    return bytes.byteLength;
  });
  port.on('message', ({ data }) => {
    try {
      page.receive(data);
    } catch (error) {
      say({ kind: 'refused', reason: toMusterError(error).message });
    }
  });
  port.on('close', () => page.end());
  port.start();
}
