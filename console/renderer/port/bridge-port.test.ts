import { expect, test } from 'vitest';
import { ConsoleClient } from '../../common/console-client.ts';
import type { PageMessage } from '../../common/port-message.ts';
import type { PreloadBridge } from '../../common/preload-bridge.ts';
import { BridgePort } from './bridge-port.ts';

function staged() {
  const sent: PageMessage[] = [];
  let listeners: Parameters<PreloadBridge['listen']> | undefined;
  const client = new ConsoleClient(
    new BridgePort({
      send: (message) => void sent.push(message),
      listen: (...given) => {
        listeners = given;
      },
    }),
  );
  return { client, sent, lose: () => listeners?.[2]('the backend ended', 0), open: () => listeners?.[1]() };
}

test('while the backend is away requests are answered with why, and afterwards all that was subscribed is subscribed anew', async () => {
  const { client, sent, lose, open } = staged();
  client.subscribe('pipeline', {}, () => undefined);
  const under = client.request('getNode', { node: 'a' });
  lose();
  await expect(under).rejects.toThrow('the backend ended');
  client.subscribe('connection', {}, () => undefined);
  const count = sent.length;
  await expect(client.request('getNode', { node: 'b' })).rejects.toThrow('the backend ended');
  expect(sent).toHaveLength(count);
  open();
  expect(sent.slice(count).map((message) => message.kind === 'subscribe' && message.name)).toEqual(['pipeline', 'connection']);
  void client.request('getNode', { node: 'c' });
  expect(sent.at(-1)).toMatchObject({ kind: 'request', arguments: { node: 'c' } });
});

test('a page that was hidden is so for a new backend too', () => {
  const { client, sent, lose, open } = staged();
  client.setHidden(true);
  lose();
  open();
  expect(sent).toEqual([
    { kind: 'visibility', hidden: true },
    { kind: 'visibility', hidden: true },
  ]);
});
