import { expect, test } from 'vitest';
import { loadPackage, serviceDefinition } from './descriptors.ts';
import { CALLS } from './gen/services.ts';
import { toServicesModule } from './generate-services.ts';

const named = (service: string, ...methods: { name: string; access?: number[] }[]) => ({
  name: service,
  method: methods.map(({ name, access }) => ({
    name,
    inputType: '.muster.v1.A',
    outputType: '.muster.v1.B',
    clientStreaming: false,
    serverStreaming: false,
    ...(access === undefined ? {} : { options: { access: Uint8Array.from(access) } }),
  })),
});
const READ = [8, 1];
const SCOPES = ['SCOPE_UNSPECIFIED', 'SCOPE_READ'];

test('every call of the services that take a token has its rule, and a rule names a call that there is', () => {
  const definition = loadPackage();
  const methods = (['FleetService', 'ImportService'] as const).flatMap((service) =>
    Object.keys(serviceDefinition(definition, service)).map((method) => `${service}.${method}`),
  );
  expect(Object.values(CALLS).map(({ service, method }) => `${service}.${method}`)).toEqual(methods);
});

test('what only reads changes nothing, and what a scope beyond reading is for says what it changes', () => {
  const changing = Object.values(CALLS).filter(({ change }) => change !== '');
  expect(changing.filter(({ scope }) => scope === 'read')).toEqual([]);
  expect(Object.entries(CALLS).filter(([, { scope, change }]) => scope === 'write' && change === '')).toEqual([]);
});

test('a call without a scope is refused where others of its service have one, and so is a name that two services have', () => {
  expect(toServicesModule([named('AgentService', { name: 'Connect' })], SCOPES)).not.toContain('connect');
  expect(() => toServicesModule([named('AService', { name: 'Get', access: READ }, { name: 'Put' })], SCOPES)).toThrow(
    'AService.Put names no scope',
  );
  const two = [named('AService', { name: 'Get', access: READ }), named('BService', { name: 'Get', access: READ })];
  expect(() => toServicesModule(two, SCOPES)).toThrow('Get is a call of two services');
});
