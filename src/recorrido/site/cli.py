"""The command ``recorrido``. Each file of ``commands`` contributes by a function ``register(app)``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from recorrido.site import commands
from recorrido.site.boot import say
from recorrido.site.complaints import sentence_for

HELP = "Recorrido: the customer journey across every channel."


def build() -> typer.Typer:
    """The application with the commands of every file in ``commands``."""
    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(app)
    return app


def main() -> None:
    try:
        build()()
    except Exception as error:
        if not (sentence := sentence_for(error)):
            raise
        say(sentence)
        sys.exit(2)


if __name__ == "__main__":
    main()
