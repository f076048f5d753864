"""The picture: seconds over checks, both on logarithmic axes, one panel a round trip."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from tests.bench.table import OURS, Point

mpl.use("svg")
from matplotlib import pyplot as plt

_COLOURS = ("#0b6e4f", "#6b7280", "#9ca3af", "#b45309", "#d97706", "#1d4ed8")

_SECONDS = (0.3, 1, 3, 10, 30)


def draw(points: list[Point], path: Path) -> None:
    """Draw the observation of every tool at every point."""
    mpl.rcParams.update({"svg.fonttype": "none", "font.family": "sans-serif", "svg.hashsalt": "tvox-uat"})
    trips = sorted({point.rtt_ms for point in points}, reverse=True)
    size = (5.2 * len(trips), 4)
    figure, panels = plt.subplots(1, len(trips), figsize=size, sharey=True, squeeze=False, facecolor="white")
    names = list(dict.fromkeys(name for point in points for name in point.costs))
    for panel, trip in zip(panels[0], trips, strict=True):
        for name, colour in zip(names, _COLOURS, strict=False):
            seen = [
                (one.count, one.costs[name].observation) for one in points if one.rtt_ms == trip and name in one.costs
            ]
            is_ours = name == OURS
            panel.plot(
                *zip(*seen, strict=True), marker="o", color=colour, label=name, linewidth=2.5 if is_ours else 1.2
            )
        counts = sorted({one.count for one in points})
        panel.set(xscale="log", yscale="log", title=f"{trip} ms round trip", xlabel="checks")
        panel.set_xticks(counts, [f"{count:,}" for count in counts], minor=False)
        panel.set_yticks(_SECONDS, [f"{seconds:g}" for seconds in _SECONDS])
        panel.minorticks_off()
        panel.grid(visible=True, color="#e5e7eb")
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("seconds until the last answer")
    panels[0][0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
