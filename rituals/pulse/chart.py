"""The result as a picture: bars of the means, drawn as SVG from what was published and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path

from rituals.pulse.instruments import POINTS, Instrument
from rituals.pulse.publishing import Published

OURS = "DejaVu Sans"
FONT = Path(__file__).parent.parent / "fonts" / "DejaVuSans.ttf"
WIDTH, HEAD, ROW, FOOT = 720, 76, 56, 48
LEFT, BAR, THICK = 24, 520, 18  # a bar of all points is BAR long; beside it stands its number
INK, FAINT, TRACK, FILL = "#1d2329", "#5b6770", "#e4e9ed", "#2f6f8f"
SHARP = 2  # pixels of the PNG for each of the SVG's, for screens that show them


def can_be_drawn() -> bool:
    """Whether what turns SVG into PNG is installed: it is an extra, `pip install candor[charts]`."""
    return find_spec("resvg_py") is not None


def svg(instrument: Instrument, told: Published) -> str:
    """A bar for each mean, from 1 to 7, with its statement's label and its number.

    The same text for the same result. A mean at the edge of what may be shown says so here too.
    """
    labels = _labels(instrument)
    height = HEAD + ROW * len(told.items) + FOOT
    drawn = [
        _text(LEFT, 34, instrument.title, 21),
        _text(LEFT, 58, _caption(told), 14, FAINT),
    ]
    for place, one in enumerate(told.items):
        top = HEAD + ROW * place
        long = round(BAR * (one.mean - 1) / (POINTS - 1))
        drawn += [
            _text(LEFT, top + 18, labels[one.id], 16),
            _bar(top + 26, BAR, TRACK),
            _bar(top + 26, long, FILL),
            _text(LEFT + BAR + 12, top + 41, one.mean_in_words, 16),
        ]
    for point in range(1, POINTS + 1):
        at = LEFT + BAR * (point - 1) / (POINTS - 1)
        drawn.append(_text(round(at), height - FOOT + 18, str(point), 13, FAINT, ' text-anchor="middle"'))
    low, high = instrument.scale
    drawn.append(_text(LEFT, height - 10, f"1: {low.lower()}, {POINTS}: {high.lower()}", 13, FAINT))
    frame = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {frame} font-family="{OURS}">',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *drawn,
            "</svg>",
        ]
    )


def alt_text(instrument: Instrument, told: Published) -> str:
    """All that the picture shows, for who hears it. At most some 850 characters; Slack takes a thousand."""
    labels = _labels(instrument)
    numbers = "; ".join(f"{labels[one.id]}: {one.mean_in_words}" for one in told.items)
    return f"Bars. {instrument.title}. {_caption(told)}. {numbers}."


def png(picture: str) -> bytes:
    """The SVG in pixels, in our font; in another one of the machine's what ours has no letters for.

    Takes a seventh of a second. Raises ImportError without the extra.
    """
    from resvg_py import svg_to_bytes

    return bytes(
        svg_to_bytes(
            svg_string=picture, font_files=[str(FONT)], font_family=OURS, sans_serif_family=OURS, zoom=SHARP
        )
    )


def _labels(instrument: Instrument) -> Mapping[str, str]:
    return {item.id: item.label for item in instrument.items}


def _caption(told: Published) -> str:
    return f"Mean of each statement, from 1 to {POINTS}; {told.n} of {told.invited} answered"


def _text(x: int, y: int, words: str, size: int, colour: str = INK, more: str = "") -> str:
    drawn = escape("".join(letter if letter.isprintable() else " " for letter in words))
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{more}>{drawn}</text>'


def _bar(y: int, long: int, colour: str) -> str:
    return f'<rect x="{LEFT}" y="{y}" width="{long}" height="{THICK}" rx="3" fill="{colour}"/>'
