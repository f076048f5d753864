"""What ps prints; the lines of our own shells are shortened."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

QUESTION = "ps -Aww -o pid:10= -o ppid:10= -o stat:8= -o user:32= -o comm:64= -o args="
LAB = "recorded: the lab machine, procps 4.0.2"
PROCPS6 = "documented: ps(1) of procps-3.2.8, AIX format descriptors and widths"
PROCPS = "documented: ps(1) of procps-ng 3.3.10 and 3.3.15, widths of columns"


def line(pid: int, parent: int, user: str, name: str, arguments: str, *, state: str = "Ss") -> str:
    """Write a line as ps does, in columns of 10, 10, 8, 32 and 64 characters."""
    return f"{pid:>10} {parent:>10} {state:<8} {user:<32} {name:<64} {arguments}\n"


def machine(*lines: str) -> dict[str, Said]:
    """Write what ps prints on a machine that runs these, and us."""
    shell = f"sh -c exec 3<&0 wait $job look 30 {QUESTION}"
    ours = (
        line(1, 0, "root", "systemd", "/sbin/init"),
        line(308, 1, "root", "sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"),
        *lines,
        line(796, 308, "root", "sshd", "sshd: root@notty"),
        line(798, 796, "root", "sh", "sh -c exec 3<&0 wait $job look 30 systemctl show nginx", state="SNs"),
        line(800, 796, "root", "sh", shell, state="SNs"),
        line(801, 800, "root", "timeout", f"timeout -s KILL 30 sh -c {QUESTION}", state="SN"),
        line(803, 801, "root", "ps", QUESTION, state="RN"),
    )
    return {QUESTION: Said(stdout="".join(ours))}


MASTER = "nginx: master process /usr/sbin/nginx -g daemon on; master_process on;"
NGINX = (
    line(344, 1, "root", "nginx", MASTER),
    line(345, 344, "www-data", "nginx", "nginx: worker process", state="S"),
    line(354, 344, "www-data", "nginx", "nginx: worker process", state="S"),
)
NONE = {"count": 0, "users": [], "arguments": []}

ROWS = [
    Row(
        fact="by name, with users and command lines",
        system="Debian 12",
        source=LAB,
        inputs={"name": "nginx"},
        answers=machine(*NGINX),
        observed={
            "count": 3,
            "users": ["root", "www-data"],
            "arguments": [MASTER, "nginx: worker process", "nginx: worker process"],
        },
    ),
    Row(
        fact="by expression; the command of the check beside, which names nginx too, is not counted",
        system="Debian 12",
        source=LAB,
        inputs={"matches": "nginx"},
        answers=machine(*NGINX),
        observed={
            "count": 3,
            "users": ["root", "www-data"],
            "arguments": [MASTER, "nginx: worker process", "nginx: worker process"],
        },
    ),
    Row(
        fact="none is a result",
        system="Debian 12",
        source=LAB,
        inputs={"matches": "no such thing"},
        answers=machine(*NGINX),
        observed=NONE,
    ),
    Row(
        fact="our own question is not counted",
        system="Debian 12",
        source=LAB,
        inputs={"matches": "ps -Aww"},
        answers=machine(),
        observed=NONE,
    ),
    Row(
        fact="the ssh server is counted, with the session that we are",
        system="Debian 12",
        source=LAB,
        inputs={"name": "sshd"},
        answers=machine(),
        observed={
            "count": 2,
            "users": ["root"],
            "arguments": ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", "sshd: root@notty"],
        },
    ),
    Row(
        fact="a zombie is no process that works",
        system="AlmaLinux 8",
        source=PROCPS,
        inputs={"name": "asterisk"},
        answers=machine(line(900, 1, "asterisk", "asterisk", "[asterisk] <defunct>", state="Z")),
        observed=NONE,
    ),
    Row(
        fact="a name with a blank is one name",
        system="CentOS 7",
        source=PROCPS,
        inputs={"name": "tmux: server"},
        answers=machine(line(901, 1, "root", "tmux: server", "tmux new -s night")),
        observed={"count": 1, "users": ["root"], "arguments": ["tmux new -s night"]},
    ),
    Row(
        fact="the kernel cuts a name after 15 characters",
        system="CentOS 7",
        source="documented: proc(5), comm",
        inputs={"name": "NetworkManager-dispatcher"},
        answers=machine(line(902, 1, "root", "NetworkManager-", "/usr/libexec/NetworkManager-dispatcher")),
        observed={"count": 1, "users": ["root"], "arguments": ["/usr/libexec/NetworkManager-dispatcher"]},
    ),
    Row(
        fact="an old ps knows the same columns",
        system="CentOS 6",
        source=PROCPS6,
        inputs={"matches": "^/usr/sbin/asterisk"},
        answers=machine(line(1472, 1, "asterisk", "asterisk", "/usr/sbin/asterisk -f -U asterisk", state="Sl")),
        observed={"count": 1, "users": ["asterisk"], "arguments": ["/usr/sbin/asterisk -f -U asterisk"]},
    ),
    Row(
        fact="a ps that knows no widths is an error",
        system="CentOS 6",
        source="documented: ps of BusyBox, unknown format",
        inputs={"name": "asterisk"},
        answers={QUESTION: Said(stderr="ps: bad -o argument 'pid:10'\n", exit_code=1)},
        error="bad -o argument",
    ),
    Row(
        fact="an empty list is an error, not no process",
        system="CentOS 6",
        source=PROCPS6,
        inputs={"name": "asterisk"},
        answers={QUESTION: Said()},
        error="not even itself",
    ),
]
