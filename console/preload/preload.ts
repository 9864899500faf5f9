// Gives the page the least that carries the contract's messages: send one, listen to those that come. Nothing else of Electron. They go over a port
// between the page and its backend, which the program hands over when this page asks for it.
import { contextBridge, ipcRenderer } from 'electron';
import { BRIDGE_NAME, HOST_CHANNEL, type HostLoss, PAGE_CHANNEL, type PreloadBridge } from '../common/preload-bridge.ts';

type Listeners = Parameters<PreloadBridge['listen']>;

let port: MessagePort | undefined;
let listeners: Listeners | undefined;
/** Said before there was a port. */
const unsent: unknown[] = [];
let lost = false;

ipcRenderer.on(HOST_CHANNEL, ({ ports }, loss: HostLoss | null) => {
  if (loss !== null) {
    lost = true;
    listeners?.[2](loss.reason, loss.nextTryMs);
  }
  const [opened] = ports;
  if (opened === undefined) return;
  port?.close();
  port = opened;
  port.onmessage = ({ data }) => listeners?.[0](data);
  for (const message of unsent.splice(0)) port.postMessage(message);
  if (lost) listeners?.[1]();
  lost = false;
});
ipcRenderer.send(PAGE_CHANNEL);

const bridge: PreloadBridge = {
  send: (message) => {
    if (port === undefined) unsent.push(message);
    else port.postMessage(message);
  },
  listen: (...given) => {
    listeners = given;
  },
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);
