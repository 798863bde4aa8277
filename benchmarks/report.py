"""Benchmark report: the figures as a table and as a picture, one bar for each share, the goal as a line across."""

import re
from html import escape

from benchmarks.figures import Figure

HEAD = ("what", "ours", "beside", "unit", "ours ÷ beside", "goal", "reached")
_ROW, _TEXT, _BARS, _ROOM = 40, 16, 560, 60  # pixels
_SHARE = re.compile(r"≥ ([\d.]+) ×")
_STYLE = """
text { fill: #1f2a27; font: 13px sans-serif }
.ours { fill: #2b6b5e } .short { fill: #b5532a } .scale { fill: #d9dfdc } .goal { stroke: #1f2a27 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6ece9 } .ours { fill: #6fbfab } .short { fill: #e8935f } .scale { fill: #3a4541 }
  .goal { stroke: #e6ece9 }
}
"""


def table(figures: list[Figure]) -> str:
    """A table in Markdown."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(figure.row() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def picture(figures: list[Figure]) -> str:
    """An SVG for light and dark pages: ours as a share of what is beside it, where a goal is such a share."""
    shown = [(one, one.ratio, _share(one)) for one in figures if one.ratio and _share(one)]
    most = max([1.0, *(max(ratio, goal) for _, ratio, goal in shown)])
    rows = "\n".join(
        _row(one, ratio, goal, place * _ROW, _BARS / most)
        for place, (one, ratio, goal) in enumerate(shown)
    )
    size = f"0 0 {_BARS + _ROOM} {_ROW * len(shown) + _TEXT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img"'
        f' aria-label="Ours as a share of the raw limit; a line marks each goal">'
        f"<style>{_STYLE}</style>\n{rows}\n</svg>\n"
    )


def _share(figure: Figure) -> float:
    """The goal of *figure* as a share of what is beside it; 0 when it is of another kind."""
    found = _SHARE.match(figure.goal)
    return float(found[1]) if found else 0.0


def _row(figure: Figure, ratio: float, goal: float, top: int, scale: float) -> str:
    kind = "short" if figure.reached is False else "ours"
    line, bar = goal * scale, top + _TEXT + 4
    return (
        f'<g><text x="0" y="{top + _TEXT}">{escape(figure.what)}</text>'
        f'<rect class="scale" x="0" y="{bar}" width="{scale:.0f}" height="14"/>'
        f'<rect class="{kind}" x="0" y="{bar}" width="{ratio * scale:.0f}" height="14"/>'
        f'<line class="goal" x1="{line:.0f}" x2="{line:.0f}" y1="{bar - 2}" y2="{bar + 16}" stroke-width="2"/>'
        f'<text x="{max(ratio, 1) * scale + 6:.0f}" y="{bar + 12}">{ratio:.2f}</text></g>'
    )
