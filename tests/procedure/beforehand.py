"""What is agreed on before a night in the tests: an open window, and the answers of the preflight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

ANSWERS = """
answered_by: M. Rossi
preflight:
  role: stand_alone
  customisations: none
  licence: yes
  mcs: none
  console: yes
  keep: 72h
  backup: none
  approval: {answer: yes, note: CAB 12/11, answered_by: C. Bianchi}
"""


def window() -> dict[str, str]:
    """Give a window that is open now, in UTC."""
    now = datetime.now(UTC)
    moments = {"from": now - timedelta(hours=1), "to": now + timedelta(hours=12)}
    return {name: moment.strftime("%Y-%m-%d %H:%M") for name, moment in moments.items()}
