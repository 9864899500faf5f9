// The installer for Linux and macOS, as POSIX sh. Pure.
import type { AgentProgram } from './agent-programs.ts';

export interface ScriptOptions {
  /** host:port, as the machine calls the gateway. */
  gateway: string;
  caPem: string;
  programs: readonly AgentProgram[];
}

/** All of it is in functions, called in its last line: half a script does nothing. */
export function shellScript({ gateway, caPem, programs }: ScriptOptions): string {
  const executables = programs.filter(({ target }) => target !== 'node');
  const bundle = programs.find(({ target }) => target === 'node');
  return `#!/bin/sh
# Makes this machine a node of the fleet at ${gateway}. The join token comes in MUSTER_JOIN_TOKEN.
# MUSTER_SERVICE=no runs the agent in the foreground instead of as a service.
set -eu

gateway='${gateway}'

fail() {
  echo "muster: $*" >&2
  exit 1
}

write_ca() {
  cat <<'END_OF_CA'
${caPem.trimEnd()}
END_OF_CA
}

# Sets sum to that of the executable for this machine; empty where there is none.
choose() {
  system=$(uname -s | tr '[:upper:]' '[:lower:]')
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) arch=$(uname -m) ;;
  esac
  # The executables are built for glibc.
  if ldd --version 2>&1 | grep -qi musl; then system=$system-musl; fi
  case $system-$arch in
${executables.map(({ target, sha256 }) => `    ${target}) sum=${sha256} ;;\n`).join('')}    *) sum= ;;
  esac
}

fetch() {
  echo "muster: fetching the agent from $gateway" >&2
  # Others may be fetching it just now. Some versions of curl wait for as little as the gateway says, two seconds: the time is the limit.
  curl -fsS --retry 450 --retry-delay 10 --retry-max-time 900 --cacert "$work/ca.pem" -o "$2" "https://$gateway/join/program/$1" || fail "the agent could not be fetched"
  if command -v sha256sum >/dev/null 2>&1; then got=$(sha256sum "$2"); else got=$(shasum -a 256 "$2"); fi
  [ "\${got%% *}" = "$1" ] || fail "what came is not the agent (SHA-256 \${got%% *}, expected $1): paste the line again"
}

# Puts the agent into its place and sets agent_words, which start it.
bring() {
  mkdir -p "$place"
  choose
  if [ -n "$sum" ]; then
    fetch "$sum" "$place/muster-agent.new"
    chmod 755 "$place/muster-agent.new"
    mv "$place/muster-agent.new" "$place/muster-agent"
    set_agent() { "$place/muster-agent" "$@"; }
    agent_words="$place/muster-agent"
    return
  fi
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  [ '${bundle?.sha256 ?? ''}' ] || fail "this gateway has no agent for $system-$arch: run npm run package -- agent on such a machine, and put the file into the gateway's agentFolder"
  [ "$major" -ge 24 ] || fail "this gateway has no executable for $system-$arch (npm run package -- agent builds one): install Node 24 or newer here and paste the line again"
  fetch '${bundle?.sha256 ?? ''}' "$place/agent.mjs.new"
  mv "$place/agent.mjs.new" "$place/agent.mjs"
  set_agent() { node "$place/agent.mjs" "$@"; }
  agent_words="$(command -v node) $place/agent.mjs"
}

in_foreground() {
  mkdir -p "$state"
  chmod 700 "$state"
  cp "$work/ca.pem" "$state/ca.pem"
  (umask 077 && cp "$work/token" "$state/join.token")
  rm -rf "$work"
  echo "muster: the agent runs here until Ctrl-C; to start it again: $agent_words run --state-dir $state --gateway $gateway --ca-file $state/ca.pem" >&2
  # shellcheck disable=SC2086
  exec $agent_words run --state-dir "$state" --gateway "$gateway" --ca-file "$state/ca.pem" --join-token-file "$state/join.token"
}

as_systemd_service() {
  set_agent install --gateway "$gateway" --ca-file "$work/ca.pem" --join-token-file "$work/token"
  tries=0
  until set_agent status >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || fail "the service runs and is not connected yet: see muster-agent status and journalctl -u muster-agent"
    sleep 1
  done
  echo "muster: $(hostname 2>/dev/null || uname -n) has joined the fleet at $gateway"
}

as_launchd_service() {
  cp "$(command -v node)" "$place/node"
  cp "$work/ca.pem" "$place/ca.pem"
  (umask 077 && cp "$work/token" "$place/join.token")
  plist=/Library/LaunchDaemons/dev.muster.agent.plist
  cat >"$plist" <<END_OF_PLIST
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>Label</key><string>dev.muster.agent</string>
  <key>ProgramArguments</key><array>
    <string>$place/node</string><string>$place/agent.mjs</string><string>run</string>
    <string>--state-dir=/var/db/muster-agent</string><string>--gateway=$gateway</string>
    <string>--ca-file=$place/ca.pem</string><string>--join-token-file=$place/join.token</string>
  </array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ProcessType</key><string>Background</string>
  <key>StandardErrorPath</key><string>/var/log/muster-agent.log</string>
</dict></plist>
END_OF_PLIST
  launchctl bootout system/dev.muster.agent 2>/dev/null || true
  launchctl bootstrap system "$plist"
  echo "muster: launchd runs the agent; its log is /var/log/muster-agent.log"
}

main() {
  [ -n "\${MUSTER_JOIN_TOKEN:-}" ] || fail "the join token is missing: paste the whole line that muster token create --join prints"
  command -v curl >/dev/null 2>&1 || fail "curl is missing: install it and paste the line again"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  write_ca >"$work/ca.pem"
  (umask 077 && printf '%s\\n' "$MUSTER_JOIN_TOKEN" >"$work/token")
  unset MUSTER_JOIN_TOKEN
  if [ "$(id -u)" = 0 ]; then
    place=/usr/local/lib/muster-agent
    state=/var/lib/muster-agent
  else
    place=$HOME/.local/lib/muster-agent
    state=\${XDG_STATE_HOME:-$HOME/.local/state}/muster-agent
  fi
  bring
  if [ "\${MUSTER_SERVICE:-}" = no ]; then in_foreground; fi
  if [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ]; then
    as_systemd_service
  elif [ "$(id -u)" = 0 ] && [ "$(uname -s)" = Darwin ]; then
    as_launchd_service
  else
    echo "muster: no systemd that this user may change: the agent is no service here" >&2
    in_foreground
  fi
}

main </dev/null
`;
}
