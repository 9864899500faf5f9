// The service as systemd runs it: a user of its own that may write one folder and see the rest of the machine.

export const SERVICE = 'muster-agent';
export const USER = 'muster-agent';
export const STATE_DIR = '/var/lib/muster-agent';
export const CONFIG_DIR = '/etc/muster-agent';
export const CONFIG_FILE = `${CONFIG_DIR}/config.yaml`;

/** The unit file. `program` are the words that start the agent's program, absolute. */
export function systemdUnit(program: readonly string[]): string {
  return `[Unit]
Description=Muster agent: watches this machine
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
# The word to systemd comes from a child, systemd-notify.
NotifyAccess=all
ExecStart=${[...program, 'run', '--config', CONFIG_FILE].map(quote).join(' ')}
User=${USER}
Group=${USER}
# To read the journal of a unit when the fleet asks for it.
SupplementaryGroups=systemd-journal
Environment=MALLOC_ARENA_MAX=1
SyslogIdentifier=${SERVICE}
Restart=always
RestartSec=2
# A configuration that is refused is refused again.
RestartPreventExitStatus=2
TimeoutStopSec=15
WatchdogSec=120
MemoryMax=256M
TasksMax=128
LimitNOFILE=4096

StateDirectory=${STATE_DIR.slice('/var/lib/'.length)}
StateDirectoryMode=0700
UMask=0077
ProtectSystem=strict
# Read-only, not hidden: a file system below /home is watched too.
ProtectHome=read-only
PrivateTmp=yes
PrivateMounts=yes
# For SMART and GPUs: PrivateDevices=no and SupplementaryGroups=disk video in a drop-in (systemctl edit ${SERVICE}).
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
# Some systems' ping carries this one and does not even start without it. The agent itself never has it.
CapabilityBoundingSet=CAP_NET_RAW
AmbientCapabilities=
KeyringMode=private
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** A word of a command line as systemd reads it (man 5 systemd.service). */
function quote(word: string): string {
  const doubled = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:=@%$-]+$/.test(doubled) ? doubled : `"${doubled.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The user, for systemd-sysusers (man 5 sysusers.d). */
export const SYSUSERS = `u ${USER} - "Muster agent" ${STATE_DIR}\n`;
