// Gives the page the least that carries the contract's messages: send one, listen to those that come. Nothing else of Electron.
import { contextBridge, ipcRenderer } from 'electron';
import { BRIDGE_NAME, HOST_CHANNEL, PAGE_CHANNEL, type PreloadBridge } from '../common/preload-bridge.ts';

const bridge: PreloadBridge = {
  send: (message) => ipcRenderer.send(PAGE_CHANNEL, message),
  listen: (listener) => {
    ipcRenderer.removeAllListeners(HOST_CHANNEL);
    ipcRenderer.on(HOST_CHANNEL, (_, message: Uint8Array) => listener(message));
  },
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);
