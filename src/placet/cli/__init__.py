"""The command line. A command's code is loaded when the command is called, and no sooner.

``placet analyze``, ``similar`` and ``themes`` run with the engine alone; the platform's commands say so where
Django is missing.
"""

from importlib import import_module

import click

from placet import __version__

# Each command and the module that holds it, in the order in which ``placet --help`` lists them.
COMMANDS = {
    "analyze": "placet.cli.analyze",
    "similar": "placet.cli.similar",
    "themes": "placet.cli.themes",
    "bench": "placet.cli.bench",
    "demo": "placet.cli.platform",
    "serve": "placet.cli.platform",
    "founder": "placet.cli.operation",
    "backup": "placet.cli.operation",
    "restore": "placet.cli.operation",
    "doctor": "placet.cli.operation",
    "web": "placet.cli.platform",
    "worker": "placet.cli.platform",
    "clock": "placet.cli.platform",
    "follow": "placet.cli.platform",
    "manage": "placet.cli.platform",
}


class LazyCommands(click.Group):
    """A group that imports a command's module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in their own order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="placet")
def main() -> None:
    """Placet: strategic reflections, from mandate to decision, with the evidence."""
