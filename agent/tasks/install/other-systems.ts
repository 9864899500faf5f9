// What to do where there is no systemd: the words and files for macOS and Windows.
import type { InstalledProgram } from './installed-program.ts';

const LABEL = 'dev.muster.agent';
const PLIST = `/Library/LaunchDaemons/${LABEL}.plist`;

/** Without a program: how the service is taken away. */
export function otherSystemLines(platform: NodeJS.Platform, program?: InstalledProgram, settings?: ReadonlyMap<string, unknown>): string[] {
  const flags = [...(settings ?? [])].map(
    ([key, value]) => `--${toKebab(key)}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  if (platform === 'darwin') return program === undefined ? macRemoval() : macLines(program, flags);
  if (platform === 'win32') return program === undefined ? ['schtasks /delete /tn "Muster agent" /f'] : windowsLines(program, flags);
  return [`there is no service for ${platform}: start the agent with its own service manager as: muster agent run`];
}

function toKebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The copy of the program at its place. */
function copyLines({ steps }: InstalledProgram): string[] {
  return steps.flatMap((step) => (step.kind === 'copy' ? [`sudo install -m ${step.mode.toString(8)} ${step.from} ${step.path}`] : []));
}

function macLines(program: InstalledProgram, flags: readonly string[]): string[] {
  const words = [...program.words, 'run', '--state-dir=/var/db/muster-agent', ...flags];
  return [
    'launchd runs it once this file is in place:',
    `sudo mkdir -p /usr/local/lib/muster-agent`,
    ...copyLines(program),
    `sudo tee ${PLIST} <<'END'`,
    ...launchdPlist(words),
    'END',
    `sudo launchctl bootstrap system ${PLIST}`,
  ];
}

function macRemoval(): string[] {
  return [`sudo launchctl bootout system/${LABEL}`, `sudo rm ${PLIST}`, 'sudo rm -r /usr/local/lib/muster-agent'];
}

export function launchdPlist(words: readonly string[]): string[] {
  const toText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0"><dict>',
    `  <key>Label</key><string>${LABEL}</string>`,
    '  <key>ProgramArguments</key><array>',
    ...words.map((word) => `    <string>${toText(word)}</string>`),
    '  </array>',
    '  <key>RunAtLoad</key><true/>',
    '  <key>KeepAlive</key><true/>',
    '  <key>ProcessType</key><string>Background</string>',
    '  <key>StandardErrorPath</key><string>/var/log/muster-agent.log</string>',
    '</dict></plist>',
  ];
}

function windowsLines({ words }: InstalledProgram, flags: readonly string[]): string[] {
  const command = [process.execPath, ...(words.length > 1 ? [process.argv[1]!] : []), 'run', ...flags];
  const quoted = command.map((word) => (/\s/.test(word) ? `\\"${word}\\"` : word)).join(' ');
  return [
    'Windows starts it with the machine by this line, in a console run as administrator:',
    `schtasks /create /tn "Muster agent" /sc onstart /ru SYSTEM /rl highest /tr "${quoted} --state-dir=C:\\ProgramData\\muster-agent"`,
    'schtasks /run /tn "Muster agent"',
  ];
}
