import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MusterError } from './muster-error.ts';
import { matchesFilter, parseFilter } from './node-filter.ts';
import type { FilterableNode } from './node-filter-keys.ts';

const node: FilterableNode = {
  nodeId: '3f0c2a9e-0000-4000-8000-000000000001',
  state: 'NODE_STATE_LIVE',
  info: {
    ...{ name: 'Accra-Web 01', platform: 'linux', os: 'Debian GNU/Linux 12', kernel: '6.1.0', arch: 'x64', cpuModel: 'EPYC', cpuCores: 8 },
    ...{ memoryBytes: 16 * 1024 ** 3, virtualization: 'kvm', model: '', addresses: ['10.0.0.7'], agentVersion: '1.2.3', simulated: false },
    labels: { region: 'GH', country: 'gh', rack: 'b7' },
  },
  summary: { cpuPercent: 81.5, networkRxBytesPerSecond: 2e6, uptimeSeconds: 7200 },
  ...{ spool: { bytes: 0, rows: 0 }, skewUs: -2_500_000, gateway: 'gateway-1', problem: '' },
};
const matches = (text: string): boolean => matchesFilter(parseFilter(text), node);

describe('the filter language', () => {
  it.each([
    ['', true],
    ['accra', true],
    ['"web 01"', true],
    ['web 02', false],
    ['10.0.0.7', true],
    ['-accra', false],
    ['region:gh cpu>80', true],
    ['region:gh cpu>80 state:late', false],
    ['state:late,live', true],
    ['-country:ng', true],
    ['country!=gh', false],
    ['name:acc*01', true],
    ['name:cc*01', true],
    ['os:debian*12', true],
    ['os:ebian*1', true],
    ['region:*h', true],
    ['region:*g', false],
    ['region:h*', false],
    ['label.rack:*7', true],
    ['label.rack:b*', true],
    ['label.rack:7*', false],
    ['label.rack:*b', false],
    ['label.rack:b**7', true],
    ['label.rack:b7*7', false],
    ['label.rack:*', true],
    ['name:"Accra-Web 01"', true],
    ['region:g', false],
    ['region:g*', true],
    ['label.rack:b7', true],
    ['label.missing:x', false],
    ['cpu>=81.5 cpu<=81.5 cpu=81.5 cpu!=80', true],
    ['cpu>80%', true],
    ['rx>1.5M ram:16Gi uptime<3h skew>2s', true],
    ['memory<50', false],
    ['-memory>50', true],
    ['simulated:false', true],
    ['CPU>80 Region:gh', true],
    ['"cpu>99"', false],
    ['-', true],
  ])('%s → %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  it.each([
    ['regoin:gh', "filter, position 1: 'regoin' is not a key: did you mean region?"],
    ['cpu>80 rack:b7', "filter, position 8: 'rack' is not a key: did you mean ram?"],
    ['colour:red', "filter, position 1: 'colour' is not a key: use label.colour for a label, or quotes for text"],
    ['cpu>', "filter, position 5: 'cpu>' needs a value"],
    ['cpu>high', "filter, position 5: 'high' is not a value of cpu: a number is needed, with % or nothing behind it"],
    ['load>3G', "filter, position 6: '3G' is not a value of load: a number is needed"],
    ['name>foo', "filter, position 1: 'name' is text and has no >: write name:foo"],
    ['name:"foo', 'filter, position 6: the quote is never closed: add another "'],
    ['__proto__:x', ''],
    ['constructor:x', "filter, position 1: 'constructor' is not a key: use label.constructor for a label, or quotes for text"],
  ])('%s → %s', (text, words) => {
    if (words === '') expect(matches(text)).toBe(false);
    else expect(() => parseFilter(text)).toThrow(words);
  });

  it('answers any text with terms or one sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), (text) => {
        try {
          matchesFilter(parseFilter(text), node);
        } catch (error) {
          expect(error).toBeInstanceOf(MusterError);
        }
      }),
    );
  });

  it.each([
    ['NODE_STATE_LIVE', {}, true],
    ['NODE_STATE_LATE', {}, true],
    ['NODE_STATE_LATE', { maintenance: 'true' }, false],
    ['NODE_STATE_SILENT', {}, false],
    ['NODE_STATE_QUARANTINED', {}, false],
    ['live', {}, true],
    ['silent', {}, false],
    ['maintenance', {}, false],
  ] as const)('a value is one of now: %s %j counts %s, and as last heard always', (state, labels, expected) => {
    const one = { ...node, state, info: { ...node.info, labels } as NonNullable<FilterableNode['info']> };
    expect(matchesFilter(parseFilter('cpu>80 rx>1M uptime>1h'), one)).toBe(expected);
    expect(matchesFilter(parseFilter('last.cpu>80 last.rx>1M last.uptime>1h'), one)).toBe(true);
    expect(matchesFilter(parseFilter('ram>1Gi skew>2s'), one)).toBe(true);
  });

  it('finds any name by its quoted text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const named = { ...node, info: { ...node.info, name } as NonNullable<FilterableNode['info']> };
        expect(matchesFilter(parseFilter(`"${name.replaceAll('"', '""')}"`), named)).toBe(true);
      }),
    );
  });
});
