import { expect, test } from 'vitest';
import { shellScript } from './shell-script.ts';

test('a gateway that is busy is asked again for a quarter of an hour', () => {
  const script = shellScript({ gateway: 'g:1', caPem: '', programs: [] });
  expect(script).toContain('curl -fsS --retry 450 --retry-delay 10 --retry-max-time 900 --cacert');
});
