"""The figures as a table and as a picture of a few lines."""

from html import escape

from benchmarks.figures import Figure

_HEAD = ("what", "ours", "raw", "unit", "ours ÷ raw", "goal", "reached")
_LINE, _LEFT, _WIDTH = 34, 430, 300  # pixels


def table(figures: list[Figure]) -> str:
    """A table in Markdown."""
    rows = [_HEAD, tuple("---" for _ in _HEAD), *(figure.row() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def picture(figures: list[Figure]) -> str:
    """Bars: ours as a share of the raw limit, for what has one beside it."""
    shown = [(figure, figure.ratio) for figure in figures if figure.ratio and figure.raw]
    most = max((ratio for _, ratio in shown), default=1.0)
    scale = _WIDTH / max(1.0, most)
    bars = [_bar(figure.what, ratio, place, scale) for place, (figure, ratio) in enumerate(shown)]
    high, limit = _LINE * len(shown) + 30, _LEFT + scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 70} {high}" '
        'font-family="sans-serif" font-size="12" role="img" aria-label="Ours as a share of the raw limit">'
        f"{''.join(bars)}"
        f'<line x1="{limit:.0f}" x2="{limit:.0f}" y1="0" y2="{high - 20}" stroke="#666" stroke-dasharray="4"/>'
        f'<text x="{limit:.0f}" y="{high - 6}" text-anchor="middle" fill="#444">the raw limit, or one connection</text>'
        "</svg>\n"
    )


def _bar(what: str, ratio: float, place: int, scale: float) -> str:
    top = place * _LINE + 4
    return (
        f'<text x="{_LEFT - 8}" y="{top + 16}" text-anchor="end" fill="#222">{escape(what)}</text>'
        f'<rect x="{_LEFT}" y="{top}" width="{ratio * scale:.0f}" height="22" fill="#2b6b5e"/>'
        f'<text x="{_LEFT + ratio * scale + 6:.0f}" y="{top + 16}" fill="#222">{ratio:.2f}</text>'
    )
