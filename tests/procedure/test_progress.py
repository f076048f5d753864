"""How far a long copy has come, in words."""

from __future__ import annotations

import pytest

from procedure.progress import Meter, size_of


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.meter = Meter(self.lines.append, every=5, now=lambda: self.now)

    def tell(self, at: float, done: float) -> None:
        self.now = at
        self.meter.tell(int(done), 3_200_000_000)


def test_a_line_now_and_then() -> None:
    """Between two lines pass as many seconds as were wanted; each has speed and time left, in 80 columns."""
    clock = Clock()
    for second in range(13):
        clock.tell(second, second * 10e6)
    assert clock.lines == [
        "     50.0 MB of 3.2 GB    1 %     10.0 MB/s  5 min 15 s left",
        "    100.0 MB of 3.2 GB    3 %     10.0 MB/s  5 min 10 s left",
    ]


def test_going_on_counts_from_where_it_goes_on() -> None:
    """What lay there already does not make the speed: only what was sent since does."""
    clock = Clock()
    clock.tell(0, 3.0e9)
    clock.tell(5, 3.1e9)
    assert clock.lines == ["      3.1 GB of 3.2 GB   96 %     20.0 MB/s  5 s left"]


def test_a_try_that_fell_back_is_a_new_start() -> None:
    """Fewer bytes than before, after a lost link, give no negative speed."""
    clock = Clock()
    for at, done in ((0, 1e9), (4, 2e9), (7, 1.9e9), (12, 2e9)):
        clock.tell(at, done)
    assert clock.lines == ["      2.0 GB of 3.2 GB   62 %     20.0 MB/s  1 min 00 s left"]


def test_the_end_is_told() -> None:
    """The last bytes get their line at once, without a time left."""
    clock = Clock()
    clock.tell(0, 0)
    clock.tell(1, 3.2e9)
    assert clock.lines == ["      3.2 GB of 3.2 GB  100 %      3.2 GB/s"]


@pytest.mark.parametrize(("size", "said"), [(12, "12 bytes"), (65536, "65.5 kB"), (3.25e9, "3.2 GB")])
def test_sizes(size: float, said: str) -> None:
    """A size is said in powers of ten."""
    assert size_of(size) == said
