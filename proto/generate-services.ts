// The module of the calls, from the services of the .proto files: what each takes and answers, who may make it, what it changes.
import { decodeMessage, type Fields } from './message-codec.ts';

export interface ServiceDescriptor {
  name: string;
  method: {
    name: string;
    inputType: string;
    outputType: string;
    clientStreaming: boolean;
    serverStreaming: boolean;
    options?: { access?: Uint8Array };
  }[];
}

interface Call {
  service: string;
  method: string;
  request: string;
  response: string;
  kind: 'unary' | 'stream' | 'duplex';
  scope: string;
  change: string;
}

const ACCESS_FIELDS: Fields = [
  { no: 1, name: 'scope', type: 'uint32' },
  { no: 2, name: 'change', type: 'string' },
];

/** `scopes` by their numbers, the unspecified first. A service without any access, as that of the agents, has no part in it. */
export function toServicesModule(services: readonly ServiceDescriptor[], scopes: readonly string[]): string {
  const withAccess = services.filter(({ method }) => method.some(({ options }) => options?.access?.length));
  const byService = withAccess.map((service) => ({
    name: service.name,
    calls: service.method.map((method) => toCall(service, method, scopes)),
  }));
  const calls = byService.flatMap((service) => service.calls);
  const names = calls.map(({ method }) => method);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${twice} is a call of two services: clients find a call by its name, so give one another name`);
  const interfaces = byService.map(({ name }) => interfaceOf(name));
  return `
import type * as messages from './messages.ts';

/** Every service of muster.v1. */
export const SERVICES = [${services.map(({ name }) => quote(name)).join(', ')}] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What a token may be allowed. None includes another. */
export const SCOPES = [${scopes.slice(1).map(scopeName).map(quote).join(', ')}] as const;
export type Scope = (typeof SCOPES)[number];

${byService.map(({ name, calls }) => toInterface(name, calls)).join('\n')}
/** Every call that takes a token, of every service. */
export interface Calls extends ${interfaces.join(', ')} {}

export interface CallRule {
  readonly service: ServiceName;
  /** As in the .proto file. */
  readonly method: string;
  /** One answer, a stream of answers, or a stream both ways. */
  readonly kind: 'unary' | 'stream' | 'duplex';
  /** What the caller's token must have. */
  readonly scope: Scope;
  /** What it changes, as the beginning of a sentence; empty where it only reads. */
  readonly change: string;
}

export const CALLS: { readonly [Name in keyof Calls]: CallRule } = {
${calls.map(toRule).join('')}};
`;
}

function toCall(service: ServiceDescriptor, method: ServiceDescriptor['method'][number], scopes: readonly string[]): Call {
  const { scope, change } = decodeMessage<{ scope: number; change: string }>(ACCESS_FIELDS, Buffer.from(method.options?.access ?? []));
  if (scope === 0 || scopes[scope] === undefined)
    throw new Error(
      `${service.name}.${method.name} names no scope: give it option (access) = {scope: SCOPE_READ}, or another of access.proto`,
    );
  return {
    service: service.name,
    method: method.name,
    request: typeName(method.inputType),
    response: typeName(method.outputType),
    kind: method.clientStreaming ? 'duplex' : method.serverStreaming ? 'stream' : 'unary',
    scope: scopeName(scopes[scope]),
    change,
  };
}

function toInterface(service: string, calls: readonly Call[]): string {
  const rows = calls.map(({ method, request, response, kind }) => {
    return `  ${callName(method)}: { request: messages.${request}; response: messages.${response}; kind: ${quote(kind)} };\n`;
  });
  return `/** The calls of ${service}. */\nexport interface ${interfaceOf(service)} {\n${rows.join('')}}\n`;
}

function toRule({ service, method, kind, scope, change }: Call): string {
  const fields = { service, method, kind, scope, change };
  return `  ${callName(method)}: { ${Object.entries(fields)
    .map(([key, value]) => `${key}: ${quote(value)}`)
    .join(', ')} },\n`;
}

/** `FleetService` → `FleetCalls`. */
function interfaceOf(service: string): string {
  return `${service.replace(/Service$/, '')}Calls`;
}

/** `SCOPE_READ` → `read`. */
function scopeName(value: string): string {
  return value.replace('SCOPE_', '').toLowerCase();
}

function callName(method: string): string {
  return method.slice(0, 1).toLowerCase() + method.slice(1);
}

function typeName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1);
}

function quote(text: string): string {
  return `'${text}'`;
}
