// `muster prepare`: the files that a deployment in containers starts from.
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { prepareDeployment } from '../prepare/deployment-files.ts';
import { action, type CommandContext } from './command-context.ts';

const NAME = /^[\w.:-]{1,253}$/;

export function prepareCommand(context: CommandContext): Command {
  return new Command('prepare')
    .description('Make the secrets, certificates and configuration files of a deployment in containers')
    .requiredOption('--into <dir>', 'folder with a folder for each part')
    .option('--names <list>', 'names and addresses by which the gateway is called, with commas between', 'gateway,localhost,127.0.0.1,::1')
    .addHelpText(
      'after',
      '\nSecrets that are there stay; a certificate is made anew where it ends within 30 days or lacks a name. deploy/compose.yaml calls it at each start.\n\nExample:\n  muster prepare --into /volumes --names gateway,localhost,fleet.example',
    )
    .action(
      action<{ into: string; names: string }>(context, async ({ into, names }) => {
        const list = [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== '');
        const wrong = list.find((name) => !NAME.test(name));
        if (wrong !== undefined)
          throw new MusterError('invalid_argument', `--names has "${wrong}", which is no name or address: correct it`);
        await prepareDeployment(into, list, (sentence) => context.output.note(sentence));
        context.output.note(`prepared ${into} for ${list.join(', ')}`);
        return EXIT.ok;
      }),
    );
}
