"""A plugin of the tests: puts the bench's folder beside the product's hypervisors, so that ``bench`` is a word."""

from __future__ import annotations

from pathlib import Path

from procedure import hypervisors

hypervisors.__path__.append(str(Path(__file__).with_name("hypervisors")))
