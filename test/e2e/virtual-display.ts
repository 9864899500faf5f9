// A display without a screen, for windows under test.
import { spawn } from 'node:child_process';

export interface VirtualDisplay {
  /** As `DISPLAY` takes it: `:99`. */
  name: string;
  stop(): void;
}

/** Starts Xvfb on the first free display, which it says itself. */
export function startDisplay(xvfb: string): Promise<VirtualDisplay> {
  const server = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code} before it had a display`)));
    server.stdio[3]?.on('data', (data: Buffer) => {
      said += data;
      if (said.includes('\n')) resolve({ name: `:${said.trim()}`, stop: () => server.kill() });
    });
  });
}
