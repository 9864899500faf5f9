// `muster completion bash|zsh|fish`: scripts made from the commands themselves, so that they cannot lag behind.
import { Argument, Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import { action, type CommandContext } from './command-context.ts';

/** A command with what may follow it. */
interface Words {
  /** Empty for the program itself, `token create` for a nested one. */
  path: string;
  description: string;
  commands: string[];
  options: { flag: string; description: string }[];
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function completionCommand(context: CommandContext, program: Command): Command {
  return new Command('completion')
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(muster completion bash)\n  muster completion zsh > ~/.zfunc/_muster\n  muster completion fish > ~/.config/fish/completions/muster.fish',
    )
    .action(
      action(context, async (_, [shell]) => {
        await context.output.write(SCRIPTS[shell as keyof typeof SCRIPTS](collectWords(program)));
        return EXIT.ok;
      }),
    );
}

/** Every command of the program, itself first. */
export function collectWords(command: Command, parents: readonly string[] = []): Words[] {
  const own: Words = {
    path: parents.join(' '),
    description: command.description(),
    commands: command.commands.map((child) => child.name()),
    options: [...command.options.filter(({ long, hidden }) => long && !hidden), { long: '--help', description: 'show help' }].map(
      ({ long, description }) => ({
        flag: long as string,
        description,
      }),
    ),
  };
  return [own, ...command.commands.flatMap((child) => collectWords(child, [...parents, child.name()]))];
}

/** A `case` of shell that sets `candidates` to what may follow the commands typed so far. */
function casesOf(all: readonly Words[]): string {
  return all
    .map(({ path, commands, options }) => `    '${path}') candidates='${[...commands, ...options.map(({ flag }) => flag)].join(' ')}' ;;`)
    .join('\n');
}

/** Shell that walks through the words before the cursor, keeps the commands among them in `typed`, and finds the candidates. */
function findCandidates(all: readonly Words[], wordsBefore: string): string {
  const paths = all.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `  local typed='' word candidates=''
  for word in ${wordsBefore}; do
    case "\${typed:+$typed }$word" in
      ${paths.join('|')}) typed="\${typed:+$typed }$word" ;;
    esac
  done
  case "$typed" in
${casesOf(all)}
  esac`;
}

function bashScript(all: readonly Words[]): string {
  return `_muster() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
${findCandidates(all, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --*file|--*dir|--home) COMPREPLY=() ;;
    *) COMPREPLY=($(compgen -W "$candidates" -- "$current")) ;;
  esac
}
complete -o default -F _muster muster
`;
}

function zshScript(all: readonly Words[]): string {
  return `#compdef muster
_muster() {
${findCandidates(all, `"\${(@)words[2,CURRENT-1]}"`)}
  case "$words[CURRENT-1]" in
    --*file|--*dir|--home) _files ;;
    *) compadd -- \${=candidates} ;;
  esac
}
if [ "$funcstack[1]" = _muster ]; then _muster; else compdef _muster muster; fi
`;
}

function fishScript(all: readonly Words[]): string {
  const lines = all.flatMap(({ path, commands, options }) => {
    const here = condition(all, path, commands);
    const children = commands.map((name) => {
      const child = all.find((words) => words.path === (path === '' ? name : `${path} ${name}`));
      return `complete -c muster -n '${here}' -f -a ${name} -d ${fishText(child?.description ?? '')}`;
    });
    return [
      ...children,
      ...options.map(({ flag, description }) => `complete -c muster -n '${here}' -l ${flag.slice(2)} -d ${fishText(description)}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** When the words of a command apply: it was typed, and none of its own commands after it. */
function condition(all: readonly Words[], path: string, commands: readonly string[]): string {
  if (path === '') return `not __fish_seen_subcommand_from ${(all[0]?.commands ?? []).join(' ')}`;
  const seen = path.split(' ').map((name) => `__fish_seen_subcommand_from ${name}`);
  return [...seen, ...(commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.join(' ')}`])].join('; and ');
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
