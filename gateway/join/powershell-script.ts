// The installer for Windows, for PowerShell 5.1 and later. Pure.
import type { ScriptOptions } from './shell-script.ts';

export function powerShellScript({ gateway, caPem, programs }: ScriptOptions): string {
  const bundle = programs.find(({ target }) => target === 'node');
  return `# Makes this machine a node of the fleet at ${gateway}. The join token comes in the environment variable MUSTER_JOIN_TOKEN.
& {
  $ErrorActionPreference = 'Stop'
  $gateway = '${gateway}'
  $sum = '${bundle?.sha256 ?? ''}'
  $token = $env:MUSTER_JOIN_TOKEN
  Remove-Item Env:MUSTER_JOIN_TOKEN -ErrorAction SilentlyContinue
  if (-not $token) { throw 'muster: the join token is missing: paste the whole line that muster token create --join prints' }
  $self = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
  if (-not $self.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { throw 'muster: run PowerShell as administrator and paste the line again' }
  if (-not $sum) { throw 'muster: this gateway has no agent for Windows: set its agentBundle' }
  $node = (Get-Command node -ErrorAction SilentlyContinue).Source
  $major = if ($node) { [int](& $node -p 'process.versions.node.split(".")[0]') } else { 0 }
  if ($major -lt 24) { throw 'muster: install Node 24 or newer and paste the line again' }
  $place = Join-Path $env:ProgramData 'muster-agent'
  New-Item -ItemType Directory -Force $place | Out-Null
  # Of administrators and the system alone: the token and the identity lie here.
  icacls $place /inheritance:r /grant:r '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-18:(OI)(CI)F' | Out-Null
  [IO.File]::WriteAllText("$place\\ca.pem", @'
${caPem.trimEnd()}
'@)
  [IO.File]::WriteAllText("$place\\join.token", $token)
  curl.exe -fsS --ssl-no-revoke --retry 3 --cacert "$place\\ca.pem" -o "$place\\agent.new" "https://$gateway/join/program/$sum"
  if ($LASTEXITCODE -ne 0) { throw 'muster: the agent could not be fetched' }
  if ((Get-FileHash "$place\\agent.new").Hash -ne $sum) { throw 'muster: what came is not the agent: paste the line again' }
  schtasks /end /tn 'Muster agent' 2>$null | Out-Null
  Move-Item -Force "$place\\agent.new" "$place\\agent.mjs"
  $run = "\`"$node\`" \`"$place\\agent.mjs\`" run --state-dir=\`"$place\`" --gateway=$gateway --ca-file=\`"$place\\ca.pem\`" --join-token-file=\`"$place\\join.token\`""
  $action = New-ScheduledTaskAction -Execute $node -Argument $run.Substring($node.Length + 3)
  $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit 0 -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
  Register-ScheduledTask -Force -TaskName 'Muster agent' -Action $action -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtStartup) -User 'SYSTEM' -RunLevel Highest | Out-Null
  Start-ScheduledTask -TaskName 'Muster agent'
  Write-Host "muster: the agent runs; $env:COMPUTERNAME joins the fleet at $gateway"
}
`;
}
