"""Which German texts a mail can say: those of its template, of its layout and of the macros that it calls."""

from collections.abc import Iterator
from functools import cache

from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

from services.notifications.domain.templates import goes_to_volunteers
from services.notifications.mail.render import TEMPLATES, template_names

Text = str | tuple[str, str]
"""What is translated: a sentence, or one with its plural."""

_KEYWORDS = ("_", "ngettext")
CALENDAR = "_calendar.txt"


@cache
def texts_of_volunteers() -> frozenset[Text]:
    """All that a mail to a volunteer, or the calendar entry with it, can say."""
    sources = [CALENDAR, *map(str, sources_of(filter(goes_to_volunteers, template_names())))]
    return frozenset(text for source in sources for text in _said_by(source))


@cache
def texts_of_all() -> frozenset[Text]:
    paths = [*TEMPLATES.glob("**/*.txt"), *TEMPLATES.glob("**/*.html")]
    names = [str(path.relative_to(TEMPLATES)) for path in paths]
    return frozenset(text for name in names for text in _texts(_parsed(name)))


def sources_of(templates: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    for template in templates:
        yield from (f"{template}/{part}" for part in ("subject.txt", "body.txt", "body.html"))


def _said_by(source: str) -> Iterator[Text]:
    """Follow `extends`, and calls of macros from one file to the next."""
    waiting: list[tuple[str, nodes.Node]] = [(source, _parsed(source))]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, node = waiting.pop()
        yield from _texts(node)
        layouts = [_constant(parent.template) for parent in node.find_all(nodes.Extends)]
        waiting += [(layout, _parsed(layout)) for layout in layouts]
        for file, macro in _called(name, node):
            if (file, macro.name) not in seen:
                seen.add((file, macro.name))
                waiting.append((file, macro))


def _called(name: str, node: nodes.Node) -> Iterator[tuple[str, nodes.Macro]]:
    """The macros that a part of a file calls, its own and those of files that it imports."""
    imported = {
        one.target: _constant(one.template) for one in _parsed(name).find_all(nodes.Import)
    }
    for call in node.find_all(nodes.Call):
        callee = call.node
        if isinstance(callee, nodes.Name) and callee.name in _macros(name):
            yield name, _macros(name)[callee.name]
        elif isinstance(callee, nodes.Getattr) and isinstance(callee.node, nodes.Name):
            file = imported[callee.node.name]
            yield file, _macros(file)[callee.attr]


@cache
def _parsed(name: str) -> nodes.Template:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    return environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))


@cache
def _macros(name: str) -> dict[str, nodes.Macro]:
    return {macro.name: macro for macro in _parsed(name).find_all(nodes.Macro)}


def _texts(node: nodes.Node) -> Iterator[Text]:
    for _, _, message in extract_from_ast(node, _KEYWORDS):
        given = (message,) if isinstance(message, str) else message
        words = tuple(part for part in given if part)
        yield (words[0], words[1]) if len(words) > 1 else words[0]


def _constant(expression: nodes.Expr) -> str:
    assert isinstance(expression, nodes.Const)
    return str(expression.value)
