// GET /join/…: the CA, the installers and the agents, for machines that join. Anybody may have them: what admits a machine is its token.
import { createReadStream } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';
import type { HttpAnswer } from '../http/http-answer.ts';
import type { HttpRequest, HttpRoute } from '../http/http-door.ts';
import type { AgentProgram, AgentPrograms } from './agent-programs.ts';
import { Downloads } from './downloads.ts';
import { parseAddress } from './join-address.ts';
import { watchPace } from './least-pace.ts';
import { powerShellScript } from './powershell-script.ts';
import { shellScript } from './shell-script.ts';

export interface JoinRoutesOptions {
  /** Of the fleet, as its file has it. */
  caPem: string;
  programs: Pick<AgentPrograms, 'list'>;
}

/** 106 MiB at 180 KiB a second. */
const DOWNLOAD_WITHIN_MS = 600_000;
/** Small, that the pace of a slow line can be told. */
const CHUNK_BYTES = 64 * 1024;

export function joinRoutes({ caPem, programs }: JoinRoutesOptions): HttpRoute[] {
  const downloads = new Downloads();
  const script = async (request: HttpRequest, write: typeof shellScript): Promise<HttpAnswer> => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: write({ gateway: addressOf(request), caPem, programs: await programs.list() }),
  });
  return [
    {
      method: 'GET',
      path: '/join/ca.pem',
      answer: () => ({ status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: caPem }),
    },
    { method: 'GET', path: '/join/linux', answer: (request) => script(request, shellScript) },
    { method: 'GET', path: '/join/macos', answer: (request) => script(request, shellScript) },
    { method: 'GET', path: '/join/windows', answer: (request) => script(request, powerShellScript) },
    {
      method: 'GET',
      path: '/join/program/{id}',
      timeoutMs: DOWNLOAD_WITHIN_MS,
      answer: async (request) => {
        const found = (await programs.list()).find(({ sha256 }) => sha256 === request.parameter);
        if (found === undefined) {
          throw new MusterError(
            'not_found',
            `there is no agent ${request.parameter} here any more: paste the line again, which takes the one that is`,
          );
        }
        const { socket } = request.stream;
        const giveBack = downloads.begin(socket.remoteAddress ?? 'unknown');
        const taken = { bytes: 0 };
        const unwatch = watchPace(
          () => taken.bytes,
          () => socket.destroy(),
        );
        const end = (): void => {
          unwatch();
          giveBack();
        };
        request.signal.addEventListener('abort', end);
        return {
          status: 200,
          headers: { 'content-type': 'application/octet-stream', 'content-length': String(found.bytes) },
          body: bytesOf(found, taken, end),
        };
      },
    },
  ];
}

async function* bytesOf({ path, bytes }: AgentProgram, taken: { bytes: number }, end: () => void): AsyncGenerator<Buffer> {
  try {
    // No more than was promised, should the file grow meanwhile.
    for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: CHUNK_BYTES })) {
      yield chunk as Buffer;
      taken.bytes += (chunk as Buffer).length;
    }
  } finally {
    end();
  }
}

/** As the machine itself has called the gateway: there it reaches it. Throws `malformed`. */
function addressOf({ headers }: HttpRequest): string {
  const address = parseAddress(headers.host ?? '', 443);
  if (address === undefined)
    throw new MusterError('malformed', 'the request names no host and port: fetch it by the line that muster token create --join prints');
  return address;
}
