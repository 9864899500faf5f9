// docs/reference/calls.md: every call of the gRPC services, from the .proto files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { code, codeOrNothing, page, table, wrap } from './markdown.ts';

const FOLDER = join(import.meta.dirname, '../../proto/muster/v1');

function servicesOf(file: string): protobuf.Service[] {
  const { root } = protobuf.parse(readFileSync(join(FOLDER, file), 'utf8'), { keepCase: true, alternateCommentMode: true });
  const space = root.lookup('muster.v1') as protobuf.Namespace | null;
  return (space?.nestedArray ?? []).filter((each) => each instanceof protobuf.Service);
}

function message(name: string, streamed: boolean | undefined): string {
  return `${streamed ? 'stream ' : ''}${code(name)}`;
}

interface Access {
  scope?: string;
  change?: string;
}

/** Of the option `access`; empty for a call without one. */
function accessOf({ parsedOptions }: protobuf.Method): Access {
  const options = (parsedOptions ?? []) as Readonly<Record<string, Access>>[];
  return options.find((option) => option['(access)'] !== undefined)?.['(access)'] ?? {};
}

function rowOf(method: protobuf.Method): string[] {
  const { scope = '', change = '' } = accessOf(method);
  return [
    code(method.name),
    codeOrNothing(scope.replace(/^SCOPE_/, '').toLowerCase()),
    change,
    message(method.requestType, method.requestStream),
    message(method.responseType, method.responseStream),
    method.comment ?? '',
  ];
}

export function callsPage(): string {
  const services = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .flatMap((file) => servicesOf(file).map((service) => ({ file, service })));
  return page(
    '# Calls',
    wrap(
      `The gRPC services of the gateway, in package ${code('muster.v1')}. Reflection is on, so that grpcurl lists and describes them too. ` +
        'The token of the caller must have the scope of the call. A client whose context is read-only refuses calls that change something.',
    ),
    ...services.flatMap(({ file, service }) => [
      `## ${service.name}`,
      wrap(`${service.comment ?? ''} Messages: [${file}](../../proto/muster/v1/${file}).`.trim()),
      table(['Call', 'Scope', 'Changes', 'Request', 'Response', 'Meaning'], service.methodsArray.map(rowOf)),
    ]),
  );
}
