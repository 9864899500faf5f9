// The words of this room.
import type { JoinSystem } from '../../common/join-view.ts';

export const SYSTEM_WORDS: Readonly<Record<JoinSystem, { title: string; where: string; note: string }>> = {
  linux: {
    title: 'Linux',
    where: 'Debian, Ubuntu, RHEL, Arch and others with glibc; x86-64 and arm64',
    note: 'Checks the CA first, then installs the agent as a service. Opens no port.',
  },
  container: {
    title: 'Container',
    where: 'in a shell of the container, or as its command',
    note: 'The agent runs in the foreground and sees what the container sees.',
  },
  macos: { title: 'macOS', where: 'with Node 24 or newer', note: 'Checks the CA first, then installs a launch daemon.' },
  windows: {
    title: 'Windows',
    where: 'in a PowerShell run as administrator, with Node 24 or newer for all users',
    note: 'Checks the CA first, then adds a task that starts the agent with the machine.',
  },
};

export const VALIDITIES: readonly { label: string; seconds: number }[] = [
  { label: '1 h', seconds: 3600 },
  { label: '24 h', seconds: 86_400 },
  { label: '7 days', seconds: 604_800 },
];

export const USES = [1, 3, 10, 100] as const;
