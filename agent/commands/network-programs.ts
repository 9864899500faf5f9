// `ping` and `traceroute`: the machine's own programs, as they have the rights to send what is needed.
import { HOST, wholeNumber } from './argument-rules.ts';
import type { HostCommand } from './host-command.ts';
import { findProgram, missingProgram, runHostProgram } from './host-program.ts';

const SECONDS_TO_WAIT = '2';
const MAX_HOPS = '30';

export const PING: HostCommand = {
  rules: { host: HOST, count: wholeNumber(1, 20, 4) },
  async run({ host, count }, context) {
    const path = findProgram('ping');
    if (path === undefined) return missingProgram('ping', 'install it with the package iputils-ping (Debian, Ubuntu) or iputils');
    return runHostProgram(path, ['-n', '-c', String(count), '-W', SECONDS_TO_WAIT, '--', String(host)], context);
  },
};

export const TRACEROUTE: HostCommand = {
  rules: { host: HOST },
  async run({ host }, context) {
    const traceroute = findProgram('traceroute');
    if (traceroute !== undefined) {
      return runHostProgram(traceroute, ['-n', '-q', '1', '-w', SECONDS_TO_WAIT, '-m', MAX_HOPS, '--', String(host)], context);
    }
    // Part of iputils on most machines, and needs no rights at all. It knows no `--`; a host never begins with a dash.
    const tracepath = findProgram('tracepath');
    if (tracepath !== undefined) return runHostProgram(tracepath, ['-n', '-m', MAX_HOPS, String(host)], context);
    return missingProgram('traceroute and no tracepath', 'install one with the package traceroute or iputils-tracepath');
  },
};
