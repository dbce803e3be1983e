/** The page docs/cli.md, made of the command line itself: every command with its arguments and options. */
import type { Command, Option } from 'commander';

const opening = `# The command line

After \`npm run build\` (which \`npm start\` does) it is \`node build/src-main/cli/cli.js\`, or \`mindmesh\` once the package is linked
(\`npm link\`). This page is made of the commands' own help by \`node tools/write-cli-page.ts\`; a test compares them.

`;

export function cliPage(program: Command): string {
  const everywhere = `## For every command\n\n${optionTable(program.options)}`;
  return `${opening}${everywhere}${leaves(program).map(section).join('')}`;
}

/** Commands that do something, in the order of the help. */
function leaves(command: Command): Command[] {
  return command.commands.flatMap((each) => (each.commands.length === 0 ? [each] : leaves(each)));
}

function section(command: Command): string {
  const takes = command.registeredArguments.map((argument) => {
    const name = argument.required
      ? argument.name().toUpperCase()
      : `[${argument.name().toUpperCase()}]`;
    const choices = argument.argChoices === undefined ? '' : `: ${argument.argChoices.join(', ')}`;
    return { name, words: `${argument.description}${choices}` };
  });
  const line = [...path(command), ...takes.map(({ name }) => name)].join(' ');
  const described = takes
    .filter(({ words }) => words !== '')
    .map(({ name, words }) => `- ${name}: ${words}\n`);
  const options = command.options.length === 0 ? '' : `\n${optionTable(command.options)}`;
  const list = described.length === 0 ? '' : `\n${described.join('')}`;
  return `\n## \`${line}\`\n\n${sentence(command.description())}\n${list}${options}`;
}

function path(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...path(command.parent), command.name()];
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map(({ flags, description }) => [
    `\`${flags}\``,
    description.replaceAll('|', '\\|'),
  ]);
  const width = (column: number): number =>
    Math.max(6, ...rows.map((row) => (row[column] ?? '').length));
  const widths = [width(0), width(1)];
  const lines = [['option', 'what it does'], widths.map((each) => '-'.repeat(each)), ...rows];
  return lines
    .map(
      (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`,
    )
    .join('');
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
