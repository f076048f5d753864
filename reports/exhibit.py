"""A proof as a page shows it: one question that was really asked, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

from reports.visible import Excerpt, excerpt, visible
from uat.model import Evidence


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One question that was really asked, with its answer made visible and kept short."""

    evidence: Evidence
    label: str
    body: Excerpt
    errors: Excerpt
    omitted_bytes: int


def exhibit(evidence: Evidence, *, limit_bytes: int) -> Exhibit:
    """Make one proof presentable: every character visible, at most so many bytes of it."""
    body = excerpt(evidence.body, limit_bytes=limit_bytes)
    kept = len(evidence.body.encode("utf-8", "surrogatepass"))
    cut_before = max(evidence.size_bytes - kept, 0) if evidence.truncated else 0
    return Exhibit(
        evidence=evidence,
        label=visible(evidence.label),
        body=body,
        errors=excerpt(evidence.errors, limit_bytes=limit_bytes),
        omitted_bytes=body.omitted_bytes + cut_before,
    )
