"""Line charts as SVG: for a screen, a reader that speaks, and a printer without colours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isnan, log10
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 800, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 190, 82, 58
_TICK_PX = 6
_SAMPLE_PX, _LINE_PX, _GAP_PX, _NAME_LETTERS = 34, 15, 6, 20
"""Of the legend: a sample of the line, the lines of a name, the space between two names."""
_INK, _GRID = "#1a1a1a", "#d5d5d5"
# Each at least 3:1 on white; the dashes tell them apart without colour.
_COLOURS = (
    "#0072b2",
    "#c2410c",
    "#007a5a",
    "#7b3294",
    "#111111",
    "#8a6d00",
    "#b5176c",
    "#4a5a68",
)
_DASHES = ("", "9 4", "2 4", "9 4 2 4", "14 4", "5 3", "12 3 2 3 2 3", "1 6")
_TICKS = 6
_NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    """What is on an axis, its unit included, and from where to where it runs."""

    label: str
    least: float
    most: float
    percent: bool = False
    """Whether values are shares, to be written as percent."""
    step: float | None = None
    """Between two ticks; None: a round one that makes about six of them."""

    def ticks(self) -> list[float]:
        """Round values within the axis."""
        step = self.step or _round_step((self.most - self.least) / _TICKS)
        first = ceil(self.least / step - 1e-9)
        last = floor(self.most / step + 1e-9)
        return [number * step for number in range(first, last + 1)]

    def written(self, value: float) -> str:
        return f"{value * 100:.4g} %" if self.percent else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a NaN interrupts it."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of lines."""

    title: str
    about: str
    """What one sees, in one line: below the title, and the start of the description."""
    x: Axis
    y: Axis
    lines: Sequence[Line]

    def svg(self) -> str:
        """The file; the same chart gives the same bytes."""
        parts = [*self._head(), *self._grid(), *self._labels()]
        at = _TOP + 6
        for position, line in enumerate(self.lines):
            looks = _looks(position)
            parts.append(f'<path d="{self._path(line)}" {looks} stroke-linejoin="round"/>')
            named = [*_named(line.name, looks, at)]
            parts += named
            at += (len(named) - 1) * _LINE_PX + _GAP_PX
        return "\n".join([*parts, "</svg>"]) + "\n"

    def description(self) -> str:
        """The picture in words: what it is about, and where each line ends."""
        ends = [
            f"{line.name} {self.y.written(found[-1])}"
            for line in self.lines
            if (found := [y for y in line.ys if not isnan(y)])
        ]
        return f"{self.about} {self.y.label} at the right end: {', '.join(ends)}."

    def _head(self) -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title desc" '
            f'font-family="Fira Sans, Helvetica, Arial, sans-serif" font-size="13" fill="{_INK}">'
        )
        yield f'<title id="title">{escape(self.title)}</title>'
        yield f'<desc id="desc">{escape(self.description())}</desc>'
        yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        yield _text(_LEFT, 26, self.title, size=17, weight="600")
        yield _text(_LEFT, 45, self.about, size=12)

    def _grid(self) -> Iterator[str]:
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for value in self.x.ticks():
            at = self._across(value)
            yield _stroke(at, _TOP, at, bottom, _GRID)
            yield _stroke(at, bottom, at, bottom + _TICK_PX, _INK)
            yield _text(at, bottom + 20, self.x.written(value), anchor="middle")
        for value in self.y.ticks():
            at = self._up(value)
            yield _stroke(_LEFT, at, right, at, _GRID)
            yield _stroke(_LEFT - _TICK_PX, at, _LEFT, at, _INK)
            yield _text(_LEFT - 10, at + 4, self.y.written(value), anchor="end")
        yield _stroke(_LEFT, bottom, right, bottom, _INK)
        yield _stroke(_LEFT, _TOP, _LEFT, bottom, _INK)

    def _labels(self) -> Iterator[str]:
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        yield _text(middle, HEIGHT - 16, self.x.label, anchor="middle")
        yield _text(_LEFT, _TOP - 9, f"↑ {self.y.label}")

    def _path(self, line: Line) -> str:
        steps: list[str] = []
        pen_down = False
        for x, y in zip(line.xs, line.ys, strict=True):
            if isnan(y):
                pen_down = False
                continue
            steps.append(f"{'L' if pen_down else 'M'}{self._across(x):.1f} {self._up(y):.1f}")
            pen_down = True
        return "".join(steps)

    def _across(self, value: float) -> float:
        share = (value - self.x.least) / (self.x.most - self.x.least)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def _up(self, value: float) -> float:
        share = (min(value, self.y.most) - self.y.least) / (self.y.most - self.y.least)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _looks(position: int) -> str:
    """Colour and dashes of a line; only after 64 lines two are alike."""
    colour = _COLOURS[position % len(_COLOURS)]
    dash = _DASHES[(position + position // len(_COLOURS)) % len(_DASHES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'fill="none" stroke="{colour}" stroke-width="2"{dashes}'


def _named(name: str, looks: str, at: float) -> Iterator[str]:
    """One entry of the legend; a long name goes on in further lines."""
    left = WIDTH - _RIGHT + 16
    yield f'<path d="M{left} {at:.1f}h{_SAMPLE_PX}" {looks}/>'
    spaced = name.replace(":", ": ").replace(",", ", ")
    for number, part in enumerate(wrap(spaced, _NAME_LETTERS)):
        yield _text(left + _SAMPLE_PX + 7, at + 4 + number * _LINE_PX, part)


def _round_step(rough: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    size = 10.0 ** floor(log10(rough))
    return next(nice * size for nice in _NICE if nice * size >= rough * (1 - 1e-9))


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"/>'


def _text(
    x: float,
    y: float,
    said: str,
    *,
    anchor: str = "start",
    size: int = 13,
    weight: str = "normal",
) -> str:
    looks = f"text-anchor={quoteattr(anchor)} font-size={quoteattr(str(size))}"
    return f'<text x="{x:.1f}" y="{y:.1f}" {looks} font-weight="{weight}">{escape(said)}</text>'
