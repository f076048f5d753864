"""The little that runs on the machine around a patch: POSIX shell, and what CentOS 6 brings already.

Facts that shaped it: ``script -e`` is missing in old util-linux, and ``script`` ends before the patch when its
own terminal goes away, so the exit code is kept by the shell inside. ``sync FILE`` flushes one file since
coreutils 8.24 and everything before. ``screen -dm`` always exits 0 and ``screen -L`` flushes every ten seconds
only, so log, exit code and liveness are files and locks.
"""

from __future__ import annotations

import shlex

_WRAPPER = r"""#!/bin/sh
# tvox-uat: runs one patch inside screen; keeps its log, its exit code and whether it lives.
# "owner" is locked by this shell alone, "alive" also by everything that the patch starts.
# SHLVL: a bash that finds itself the first shell behind sshd reads .bashrc, and what that prints would be in the log.
# Who attaches sees the log by tail: script itself would end, and the patch with it, if this terminal went away.
d=$2
flush() { sync "$1" 2>/dev/null || sync; }
keep() { echo "$2" > "$d/$1.tmp" && flush "$d/$1.tmp" && mv "$d/$1.tmp" "$d/$1" && flush "$d"; }
inner() {
    echo $$ > "$d/pid"
    tty > "$d/tty"
    sh "$d/command"
    code=$?
    keep exit "$code"
    exit "$code"
}
outer() {
    trap '' HUP
    SHLVL=1 && export SHLVL
    exec 8>"$d/owner" 9>"$d/alive" || exit 97
    flock -n 8 && flock -n 9 || exit 98
    keep boot "$(cat /proc/sys/kernel/random/boot_id)"
    : > "$d/log"
    tail -n +1 -f --pid=$$ "$d/log" 8>&- 9>&- &
    script -q -f -c "sh $d/wrapper inner $d" "$d/log" >/dev/null 2>&1 8>&-
    while [ ! -f "$d/exit" ] && kill -0 "$(cat "$d/pid")" 2>/dev/null; do sleep 1; done
    kill $!
    [ -f "$d/exit" ] || exit 99
    flush "$d/log"
    keep rc "$(cat "$d/exit")"
}
"$1"
"""

_STRAYS = r"""
strays() {
    { printf '%s\n' "$d/wrapper" "$d/command" | grep -lFf - /proc/[0-9]*/cmdline
      find /proc/[0-9]*/fd -lname "$d/alive*"; } 2>/dev/null | cut -d/ -f3 | sort -u | wc -l
}
"""

_PREPARE = (
    _STRAYS
    + r"""
PATH=$PATH:/usr/sbin:/sbin; d=$1
[ -d "$d/launched" ] && exit 0
for tool in screen script flock; do
    command -v $tool >/dev/null || { echo "$tool is not installed" >&2; exit 4; }
done
for p in "${d%/*}" "$d"; do [ ! -L "$p" ] || { echo "$p is a symbolic link" >&2; exit 3; }; done
[ -d "$d" ] || [ "$(strays)" -eq 0 ] || { echo "it runs although $d is gone" >&2; exit 6; }
mkdir -p -m 700 "${d%/*}" && { [ -d "$d" ] || mkdir -m 700 "$d" || [ -d "$d" ]; } || exit 3
put() { printf '%s\n' "$2" > "$d/$1.$$" && chmod 600 "$d/$1.$$" && mv -f "$d/$1.$$" "$d/$1"; }
put wrapper "$2" && put command "$3" || exit 5
"""
)

_LAUNCH = r"""
PATH=$PATH:/usr/sbin:/sbin; d=$1
[ -d "$d/launched" ] && exit 0
[ -d "$d" ] || { echo "$d was there and is gone" >&2; exit 6; }
mkdir -m 700 "$d/launched" || exit 3
TERM=${TERM:-vt100} screen -dmS "$2" sh "$d/wrapper" outer "$d" </dev/null >/dev/null 2>&1
"""

_PROBE = (
    _STRAYS
    + r"""
d=$1
state() {
    [ -d "$d" ] || { echo never_started; return; }
    [ -f "$d/rc" ] && { echo ended; return; }
    if [ ! -f "$d/boot" ]; then
        if [ -f "$d/command" ] && [ ! -d "$d/launched" ]; then echo never_started; else echo uncertain; fi
        return
    fi
    [ "$(cat "$d/boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ] || { echo lost; return; }
    if ! flock -n -s "$d/owner" true; then echo running
    elif ! flock -n -s "$d/alive" true; then echo orphaned
    elif [ -f "$d/rc" ]; then echo ended
    else echo lost; fi
}
waits() {
    case $(uname -m) in x86_64) reading=0; polling="7 23 270 271";;
        i?86) reading=3; polling="142 168 308 309";; aarch64) reading=63; polling="72 73";;
        *) echo unknown; return;; esac
    terminal=$(cat "$d/tty"); answer=no
    for p in $(ps -o pid= -t "${terminal#/dev/}"); do
        read -r call fd rest < "/proc/$p/syscall" || { answer=unknown; continue; }
        case " $polling " in *" $call "*) answer=poll;; esac
        [ "$call" = "$reading" ] || continue
        case $(readlink "/proc/$p/fd/$((fd))") in "$terminal"|/dev/tty) echo read; return;; esac
    done
    echo $answer
}
now=$(state); asked=no_look; [ "$5" = yes ] && [ $now = running ] && asked=$(waits)
strays=0; [ $now = never_started ] && strays=$(strays)
printf '%s %s %s %s %s %s %s\n' "$2" $now "$(cat "$d/rc" 2>/dev/null || echo -)" \
    "$(cat "$d/boot" 2>/dev/null || echo -)" "$(wc -c < "$d/log" 2>/dev/null || echo 0)" "$asked" "$strays"
tail -c "+$3" "$d/log" 2>/dev/null | head -c "$4"
exit 0
"""
)


def preparing(directory: str, *, command: str) -> str:
    """Give the command that makes the directory and puts the wrapper there; it may be run as often as need be.

    It exits 3 when the directory cannot be made, 4 when a tool is missing, 5 when the disk takes nothing, 6 when
    processes of this attempt live although its directory is gone.
    """
    return _shell(_PREPARE, directory, _WRAPPER, command)


def launching(directory: str, *, screen: str) -> str:
    """Give the command that starts the wrapper in screen; run again, it starts nothing.

    It exits 3 when it cannot leave its mark, 6 when the directory is gone: what wiped it may be the patch itself.
    """
    return _shell(_LAUNCH, directory, screen)


def probing(directory: str, *, frame: str, offset: int, most: int, is_quiet: bool) -> str:
    """Give the command that tells the state of an attempt and the next part of its log.

    :param frame: a word with which the answer begins; what a login script prints before it is no part of it.
    :param offset: where in the log to go on, from 0.
    :param most: how many bytes to give at once.
    :param is_quiet: look as well whether a process waits for somebody to type.
    """
    return _shell(_PROBE, directory, frame, str(offset + 1), str(most), "yes" if is_quiet else "no")


def _shell(script: str, *arguments: str) -> str:
    return shlex.join(["sh", "-c", script, "tvox-uat", *arguments])
