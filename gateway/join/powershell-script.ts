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
  # The system is going to run it: not from a folder where a user writes, nor through a link to one.
  $users = (Split-Path $env:USERPROFILE) + '\\'
  $folders = if ($node) { @(Split-Path $node) + @((Get-Item -LiteralPath (Split-Path $node) -Force).Target) } else { @() }
  foreach ($folder in $folders) {
    if ("$folder\\".StartsWith($users, [StringComparison]::OrdinalIgnoreCase)) { throw "muster: $node lies in the profile of a user ($folder): install Node for all users and paste the line again" }
  }
  $major = if ($node) { [int](& $node -p 'process.versions.node.split(".")[0]') } else { 0 }
  if ($major -lt 24) { throw 'muster: install Node 24 or newer and paste the line again' }
  function Assert-Ours($path) {
    $owner = (Get-Acl -LiteralPath $path).GetOwner([Security.Principal.SecurityIdentifier]).Value
    $isLink = (Get-Item -LiteralPath $path -Force).Attributes -band [IO.FileAttributes]::ReparsePoint
    if ($isLink -or $owner -notin 'S-1-5-32-544', 'S-1-5-18') { throw "muster: $path is a link, or belongs to $owner and not to the administrators: somebody else made it; look what it is, remove it and paste the line again" }
  }
  $place = Join-Path $env:ProgramData 'muster-agent'
  # Without -Force: it fails where somebody makes the folder meanwhile.
  if (Test-Path -LiteralPath $place) { Assert-Ours $place } else { New-Item -ItemType Directory $place | Out-Null }
  # Of administrators and the system alone: the token and the identity lie here.
  takeown /f $place /a | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "muster: the administrators could not be made the owner of $place" }
  icacls $place /reset | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "muster: the access to $place could not be reset" }
  icacls $place /inheritance:r /grant:r '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-18:(OI)(CI)F' | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "muster: the access to $place could not be restricted" }
  foreach ($old in 'ca.pem', 'join.token', 'agent.mjs', 'agent.new') {
    if (Test-Path -LiteralPath "$place\\$old") { Remove-Item -LiteralPath "$place\\$old" -Force }
  }
  # An agent that runs takes files of its own away meanwhile.
  Get-ChildItem -LiteralPath $place -Recurse -Force | Where-Object { Test-Path -LiteralPath $_.FullName } | ForEach-Object { Assert-Ours $_.FullName }
  [IO.File]::WriteAllText("$place\\ca.pem", @'
${caPem.trimEnd()}
'@)
  [IO.File]::WriteAllText("$place\\join.token", $token)
  # Ordinary users cannot write there.
  $program = Join-Path $env:ProgramFiles 'muster-agent'
  New-Item -ItemType Directory -Force $program | Out-Null
  # Others may be fetching it just now; the curl of older Windows does not try again by itself after 429.
  $until = (Get-Date).AddMinutes(15)
  while ($true) {
    $status = curl.exe -fsS --ssl-no-revoke --cacert "$place\\ca.pem" -o "$program\\agent.new" -w '%{http_code}' "https://$gateway/join/program/$sum"
    $code = $LASTEXITCODE
    if ($code -eq 0) { break }
    $isPassing = $status -in '408', '429', '500', '502', '503', '504' -or $code -in 18, 28, 55, 56
    if (-not $isPassing -or (Get-Date) -gt $until) { throw 'muster: the agent could not be fetched' }
    Start-Sleep -Seconds 10
  }
  if ((Get-FileHash "$program\\agent.new").Hash -ne $sum) { throw 'muster: what came is not the agent: paste the line again' }
  Stop-ScheduledTask -TaskName 'Muster agent' -ErrorAction SilentlyContinue
  Move-Item -Force "$program\\agent.new" "$program\\agent.mjs"
  $run = "\`"$node\`" \`"$program\\agent.mjs\`" run --state-dir=\`"$place\`" --gateway=$gateway --ca-file=\`"$place\\ca.pem\`" --join-token-file=\`"$place\\join.token\`""
  $action = New-ScheduledTaskAction -Execute $node -Argument $run.Substring($node.Length + 3)
  $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit 0 -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
  Register-ScheduledTask -Force -TaskName 'Muster agent' -Action $action -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtStartup) -User 'SYSTEM' -RunLevel Highest | Out-Null
  Start-ScheduledTask -TaskName 'Muster agent'
  Write-Host "muster: the agent runs; $env:COMPUTERNAME joins the fleet at $gateway"
}
`;
}
