import { expect, it } from 'vitest';
import { GatewaySigns } from './gateway-signs.ts';

it('knows of another gateway only what the nodes that it holds have just shown', () => {
  const nodes = [
    { gateway: 'gateway-1', provenMs: 1000 },
    { gateway: 'gateway-2', provenMs: 9000 },
    { gateway: 'gateway-3', provenMs: 5000 },
    { gateway: 'gateway-3', provenMs: 6500 },
  ];
  const signs = new GatewaySigns('gateway-1', () => nodes);
  const heard = (nowMs: number): boolean[] =>
    ['gateway-1', 'gateway-2', 'gateway-3', 'gateway-4'].map((name) => signs.isHeard(name, nowMs));
  expect(heard(10_000)).toEqual([true, true, false, false]);
  expect(heard(12_000)).toEqual([true, false, false, false]);
  nodes.push({ gateway: 'gateway-3', provenMs: 12_500 });
  expect(heard(13_000)).toEqual([true, false, true, false]);
});
