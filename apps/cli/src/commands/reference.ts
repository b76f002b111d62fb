// Returns the help text of every command, for docs/cli.md.
import { Command } from 'commander';
import { PortraitError } from '@portrait/contracts';
import { addCommands } from './index.js';

interface CommandHelp {
  name: string;
  help: string;
}

export function commandReference(): CommandHelp[] {
  const program = new Command('portrait');
  addCommands(program, () => {
    throw new PortraitError('INTERNAL', 'The command reference does not run commands.');
  });
  const found: CommandHelp[] = [];
  const visit = (command: Command, path: string): void => {
    for (const child of command.commands) {
      if (child.name() === 'help') continue;
      const name = `${path} ${child.name()}`;
      if (child.commands.length > 0) visit(child, name);
      else {
        let text = '';
        child
          .configureHelp({ helpWidth: 110 })
          .configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => 110 });
        child.outputHelp();
        found.push({ name, help: text.trimEnd() });
      }
    }
  };
  visit(program, 'portrait');
  return found;
}
