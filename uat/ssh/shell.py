"""One shell on the machine that stays: commands go in one behind the other, framed answers come out of it.

What runs there is POSIX sh and nothing else. Three processes share the work. The *worker* takes the commands, each
into a subshell of its own; behind it a random word with number and exit code goes to both streams, so that whatever
a command prints, or a login script before it, is told apart. The *watch* hears from the worker what began, and from
the *ticker* that a second is over; it ends what is over its deadline, with the whole shell, also when nobody is
connected any more. Where the shell can (``set -m`` without a terminal: bash, so every CentOS), each command has a
process group of its own that ends with it; where it cannot (dash), a shell in which a command left something behind
ends instead.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from uat.ssh.output import Collector

_WATCH = r"""
trap '' PIPE
end() {
  [ -z "$job" ] || kill -s KILL -- "-$job"
  read -r a b c d group rest < /proc/$$/stat && read -r a name rest < "/proc/$group/stat"
  case $name in *sh\)) kill -s KILL 0 ;; esac
  kill -s KILL $job $worker $ticker
  exit
}
while read -r word one two three; do
  case $word in
    ticker) ticker=$one ;;
    worker) worker=$one ;;
    began) number=$one job=$two left=$three ;;
    ended) [ -z "$strays" ] || end; job= ;;
    strays) strays=yes ;;
    over) kill $ticker; exit ;;
    tick)
      kill -0 $worker || { kill $ticker; exit; }
      if [ -n "$job" ] && [ $((left -= 1)) -lt 0 ]; then printf '\n%s %s over\n' "$frame" "$number" >&5; end; fi ;;
  esac
done
"""
"""It goes on when nobody hears it any more. The group is ended only where a shell leads it: sshd gives each channel a
session of its own, others may not."""

_OPENING = (
    "frame=$1 nice=$2; { { while sleep 1; do echo tick; done 2>/dev/null 4>&- 5>&- & echo ticker $!; "
    'set --; command -v nice >/dev/null && set -- nice -n "$nice"; exec "$@" sh 9>&1 >&4 4>&-; } | { '
    + _WATCH
    + "} 2>/dev/null 4>&-; } 4>&1 5>&2"
)
"""From the priority of a process the kernel takes its priority at the disk, too (ioprio_set(2), NOTES)."""

_WORKER = r"""
exec 2>/dev/null
trap 'echo over >&9' EXIT
echo worker $$ >&9
LC_ALL=C; export LC_ALL
set -m
case $- in
  *m*) note() {{ :; }}; leave() {{ kill -s KILL -- "-$1"; }} ;;
  *) note() {{ [ "$last" = "$!" ] || echo strays >&9; }}; leave() {{ :; }} ;;
esac
tell() {{ printf '\n{frame} %s %s\n' "$1" "$2"; printf '\n{frame} %s %s\n' "$1" "$2" >&5; echo ended >&9; }}
wait_for() {{ job=$!; echo "began $1 $job $2" >&9; wait $job; code=$?; leave $job; tell $1 $code; }}
look() {{
  ( command=$3 last=$!; trap note EXIT; set --; eval "$command" 9>&- ) </dev/null 2>&5 5>&- & wait_for $1 $2; }}
feed() {{
  ( command=$3 input=$4 last=$!; trap note EXIT; set --; printf %s "$input" 9>&- | eval "$command" 9>&- ) \
    </dev/null 2>&5 5>&- & wait_for $1 $2; }}
tell 0 0
"""
"""``look NUMBER SECONDS COMMAND``, ``feed NUMBER SECONDS COMMAND INPUT``. sshd's session is no terminal."""

_OVER = b"over"
_LONGEST_INPUT = 65536


@dataclass(kw_only=True)
class Answered:
    """What a shell said of one command; without an exit code it was over its deadline and was ended."""

    number: int
    exit_code: int | None
    stdout: Collector
    stderr: Collector


class Shell:
    """Speaks with one such shell: makes what is sent to it, understands what comes back; touches no network."""

    def __init__(self, frame: str, *, nice: int) -> None:
        """:param frame: a random word that stands behind every answer."""
        self.opening = f"sh -c {quote(_OPENING)} sh {frame} {nice}"
        self.is_ready = False
        self._first = _WORKER.format(frame=frame).encode()
        self._streams = (_Stream(frame), _Stream(frame))
        self._ended: tuple[deque[_Mark], deque[_Mark]] = (deque(), deque())

    def ask(self, number: int, command: str, *, seconds: int, stdin: bytes = b"") -> bytes:
        """Make what is sent to have a command run, under a number above 0.

        :raises ValueError: command or input is nothing that a shell can be given in words.
        """
        words = f"look {number} {seconds} {quote(command)}\n"
        if stdin:
            words = f"feed {number} {seconds} {quote(command)} {quote(stdin.decode('ascii'))}\n"
        first, self._first = self._first, b""
        return first + words.encode("utf-8", "surrogateescape")

    def heard(self, data: bytes, *, is_errors: bool) -> Iterator[Answered]:
        """Take what came on a stream; give the answers that are complete now."""
        stdout, stderr = self._ended
        self._ended[is_errors].extend(self._streams[is_errors].feed(data))
        while stdout and stderr:
            said, complained = stdout.popleft(), stderr.popleft()
            self.is_ready = True
            if said.number:
                yield Answered(number=said.number, exit_code=said.code, stdout=said.behind, stderr=complained.behind)
        if stderr and stderr[0].code is None:
            last = stderr.popleft()
            yield Answered(number=last.number, exit_code=None, stdout=Collector(), stderr=last.behind)


def is_plain(stdin: bytes) -> bool:
    """Tell whether an input can be given in words: ASCII without NUL, and not long."""
    return len(stdin) <= _LONGEST_INPUT and stdin.isascii() and b"\0" not in stdin


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """The end of a command on one stream, and what the stream had before it."""

    number: int
    code: int | None
    behind: Collector


class _Stream:
    """One stream, cut at its marks."""

    def __init__(self, frame: str) -> None:
        self._mark = f"\n{frame} ".encode()
        self._unread = b""
        self._answer = Collector()

    def feed(self, data: bytes) -> Iterator[_Mark]:
        """Take the next piece; give the marks that are in it."""
        unread = self._unread + data
        at = 0
        while (found := unread.find(self._mark, at)) >= 0:
            end = unread.find(b"\n", found + len(self._mark))
            if end < 0:
                break
            self._answer.add(unread[at:found])
            number, _, code = unread[found + len(self._mark) : end].partition(b" ")
            yield _Mark(number=int(number), code=None if code == _OVER else int(code), behind=self._answer)
            self._answer = Collector()
            at = end + 1
        kept = found if found >= 0 else max(at, len(unread) - len(self._mark) + 1)
        self._answer.add(unread[at:kept])
        self._unread = unread[kept:]
