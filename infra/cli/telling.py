"""One clear line on the error output; whatever is in it is shown as it is."""

from rich.console import Console
from rich.text import Text


def tell_error(message: str) -> None:
    """Say what is wrong and what to do."""
    line = Text.assemble(("bruecke: ", "bold red"), " ".join(message.split()))
    Console(stderr=True, soft_wrap=True).print(line)
