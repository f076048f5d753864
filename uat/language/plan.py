"""The machine and what is planned for it: ``system:`` and ``upgrade:`` become records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from uat.errors import Problem
from uat.language.fitting import as_table, fit, problem
from uat.language.variables import Values, fill_table
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import Entry, Node, Rows, Table, Text, plain
from uat.model import Patch, System, Upgrade, Window
from uat.secret import is_reference


def read_system(written: Table, values: Values, problems: list[Problem]) -> System:
    """Read ``system:``, its variables filled in."""
    table = fill_table(_hypervisor(written, problems), values, problems)
    tls = table.get("tls")
    for password in _passwords(table):
        if isinstance(password, Text) and not is_reference(password.value):
            message = "a password does not stand in a checklist; write env:NAME, file:PATH or ask"
            problems.append(problem(password.source, message))
    if isinstance(tls, Text) and not re.fullmatch(r"verify|sha256:([0-9A-Fa-f]:?){64}", tls.value):
        message = "'verify' is due here, or 'sha256:' and the certificate's 64 hexadecimal digits"
        problems.append(problem(tls.source, message))
    return fit(System, table, problems=problems) or System()


def read_upgrade(written: Table, values: Values, *, zone: ZoneInfo, problems: list[Problem]) -> Upgrade:
    """Read ``upgrade:``; times without a zone are the checklist's. ``{patch}`` is left to the procedure."""
    table = fill_table(written, values.also(patch="{patch}"), problems)
    window, patches = table.get("window"), table.get("patches")
    known = {
        "window": _window(as_table(window, problems), zone, problems) if window else None,
        "patches": _patches(patches, problems) if patches else (),
    }
    others = table.only(key for key in table.entries if key not in known)
    return fit(Upgrade, others, problems=problems, known=known) or Upgrade()


def _passwords(table: Table) -> Iterator[Node | None]:
    """Give what stands where a password is due: the machine's, and the hypervisor's."""
    yield table.get("password")
    hypervisor = table.get("hypervisor")
    for entry in hypervisor.entries.values() if isinstance(hypervisor, Table) else ():
        if isinstance(entry.value, Table):
            yield entry.value.get("password")


def _hypervisor(table: Table, problems: list[Problem]) -> Table:
    """Allow ``hypervisor: {manual: }``, which takes nothing; refuse two."""
    entry = table.entries.get("hypervisor")
    if entry is None or not isinstance(entry.value, Table):
        return table
    for key, one in list(entry.value.entries.items())[1:]:
        problems.append(problem(one.key, f"a machine runs on one hypervisor; delete '{key}' or the first"))
    entries = {key: Entry(one.key, _or_empty(one.value)) for key, one in entry.value.entries.items()}
    hypervisor = Table(entries=entries, source=entry.value.source)
    return Table(entries={**table.entries, "hypervisor": Entry(entry.key, hypervisor)}, source=table.source)


def _or_empty(node: Node) -> Node:
    is_blank = isinstance(node, Text) and node.is_blank
    return Table(entries={}, source=node.source) if is_blank else node


def _window(table: Table, zone: ZoneInfo, problems: list[Problem]) -> Window | None:
    before = len(problems)
    for key, entry in table.entries.items():
        if key not in ("from", "to"):
            problems.append(problem(entry.key, unknown_word("field", key, ("from", "to"))))
    start, end = (_moment(table, key, zone, problems) for key in ("from", "to"))
    if start is None or end is None or len(problems) > before:
        return None
    if end <= start:
        problems.append(problem(table.entries["to"].value.source, "the window ends before it begins"))
        return None
    return Window.model_validate({"from": start, "to": end})


def _moment(table: Table, key: str, zone: ZoneInfo, problems: list[Problem]) -> datetime | None:
    node = table.get(key)
    if node is None:
        problems.append(problem(table.source, f"'{key}' is missing"))
        return None
    made = _local_time(plain(node), zone)
    if isinstance(made, str):
        problems.append(problem(node.source, made))
        return None
    return made


def _local_time(written: object, zone: ZoneInfo) -> datetime | str:
    """Read a time of the wall clock, or say why it is none."""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", str(written)):
            raise ValueError
        naive = datetime.fromisoformat(str(written))
    except ValueError:
        return f"a date and a time are due here, such as 2026-11-28 22:00, not '{written}'"
    made = naive.replace(tzinfo=zone)
    if made.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        return f"there is no such time in {zone}: the clocks are put forward over it"
    return made


def _patches(node: Node, problems: list[Problem]) -> tuple[Patch, ...]:
    if not isinstance(node, Rows):
        problems.append(problem(node.source, wrong_value("list_type", "", plain(node))))
        return ()
    made = (_patch(as_table(item, problems), problems) for item in node.items)
    return tuple(patch for patch in made if patch)


def _patch(table: Table, problems: list[Problem]) -> Patch | None:
    patch = fit(Patch, table, problems=problems, known={"source": table.source})
    if patch is None:
        return None
    if (patch.file is None) == (patch.on_target is None):
        message = "a patch is here ('file') or already on the machine ('on_target'): write one of them"
        problems.append(problem(table.source, message))
    if not re.fullmatch("[0-9A-Fa-f]{64}", patch.sha256):
        source = table.entries["sha256"].value.source
        problems.append(problem(source, "a sha256 has 64 hexadecimal digits (sha256sum FILE prints it)"))
    return patch.model_copy(update={"sha256": patch.sha256.lower()})
