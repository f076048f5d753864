"""What getent, dig and host print."""

from __future__ import annotations

from tests.uat.checks.recording import RTT_SECONDS, Row, Said

GETENT = "recorded: Debian 12, glibc 2.36"
DIG9 = "recorded: Debian 12, dig 9.18 asking dnsmasq 2.90"
HOST9 = "recorded: Debian 12, host 9.18 asking dnsmasq 2.90, whose address is replaced"
JC = "recorded: CentOS 7.7, dig 9.11, kellyjonbrazil/jc tests/fixtures/centos-7.7/dig.out, narrowed"
HOST8 = "documented: host(1) of bind 9.11: -v writes the whole answer; dighost.c on a status"
DIG6 = "documented: dig(1) of bind 9.8, +noall +comments +answer; RFC 1035, 5.1"
PATH = "PATH=$PATH:/usr/sbin:/sbin; "


def question(name: str, kind: str, server: str = "") -> str:
    """Write the question to whichever tool there is."""
    at = f"@{server}" if server else ""
    return (
        f"{PATH}if command -v dig >/dev/null 2>&1; then dig +noall +comments +answer {at} {name} {kind}; "
        f"elif command -v host >/dev/null 2>&1; then host -v -t {kind} {name} {server}; else echo neither; fi"
    )


def seen(*answers: str) -> dict[str, object]:
    """Write what must be observed."""
    return {"exists": bool(answers), "answers": list(answers), "seconds": RTT_SECONDS}


HEADER = ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {}, id: 59709\n;; flags: qr aa rd ra; QUERY: 1\n\n"

ROWS = [
    Row(
        fact="as the machine's programs see it",
        system="Debian 12",
        source=GETENT,
        inputs={"name": "localhost"},
        answers={
            "getent ahostsv4 localhost": Said(
                stdout="127.0.0.1       STREAM localhost\n127.0.0.1       DGRAM  \n127.0.0.1       RAW    \n"
            )
        },
        observed=seen("127.0.0.1"),
    ),
    Row(
        fact="an IPv4 address dressed as IPv6 is none",
        system="Debian 12",
        source=GETENT,
        inputs={"name": "localhost", "type": "AAAA"},
        answers={
            "getent ahostsv6 localhost": Said(
                stdout="::ffff:127.0.0.1 STREAM localhost\n::ffff:127.0.0.1 DGRAM  \n::ffff:127.0.0.1 RAW    \n"
            )
        },
        observed=seen(),
    ),
    Row(
        fact="a name that nobody knows",
        system="Debian 12",
        source=GETENT,
        inputs={"name": "nobody.invalid"},
        answers={"getent ahostsv4 nobody.invalid": Said(exit_code=2)},
        observed=seen(),
    ),
    Row(
        fact="a text in two pieces, with escapes",
        system="Debian 12",
        source=DIG9,
        inputs={"name": "acme.test", "type": "TXT"},
        answers={
            question("acme.test.", "TXT"): Said(
                stdout=HEADER.format("NOERROR")
                + ";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; ANSWER SECTION:\n"
                + 'acme.test.\t\t0\tIN\tTXT\t"v=spf1 -all" " \\195\\168 un \\"testo\\""\n\n'
            )
        },
        observed=seen('v=spf1 -all è un "testo"'),
    ),
    Row(
        fact="host says a status in words of its own",
        system="Debian 12",
        source=HOST9,
        inputs={"name": "nobody.acme.test", "type": "MX", "server": "10.20.30.53"},
        answers={
            question("nobody.acme.test.", "MX", "10.20.30.53"): Said(
                stdout='Trying "nobody.acme.test"\nUsing domain server:\nName: 10.20.30.53\n'
                "Address: 10.20.30.53#53\nAliases: \n\nHost nobody.acme.test. not found: 3(NXDOMAIN)\n"
                "Received 34 bytes from 10.20.30.53#53 in 0 ms\n",
                exit_code=1,
            )
        },
        observed=seen(),
    ),
    Row(
        fact="an alias on the way to an address is no address",
        system="CentOS 7",
        source=JC,
        inputs={"name": "www.cnn.com", "server": "192.168.71.2"},
        answers={
            question("www.cnn.com.", "A", "192.168.71.2"): Said(
                stdout=HEADER.format("NOERROR") + ";; ANSWER SECTION:\n"
                "www.cnn.com.\t\t5\tIN\tCNAME\tturner-tls.map.fastly.net.\n"
                "turner-tls.map.fastly.net. 5\tIN\tA\t151.101.189.67\n\n"
            )
        },
        observed=seen("151.101.189.67"),
    ),
    Row(
        fact="the name servers beside an answer are no answer",
        system="AlmaLinux 8",
        source=HOST8,
        inputs={"name": "acme.it", "type": "MX"},
        answers={
            question("acme.it.", "MX"): Said(
                stdout='Trying "acme.it"\n'
                + HEADER.format("NOERROR")
                + ";; QUESTION SECTION:\n;acme.it.\t\t\tIN\tMX\n\n"
                + ";; ANSWER SECTION:\nacme.it.\t\t300\tIN\tMX\t10 Mail.acme.it.\n\n"
                + ";; AUTHORITY SECTION:\nacme.it.\t\t300\tIN\tNS\tns.acme.it.\n\n"
                + "Received 90 bytes from 10.20.30.53#53 in 3 ms\n"
            )
        },
        observed=seen("10 mail.acme.it"),
    ),
    Row(
        fact="a server that failed is an error",
        system="AlmaLinux 8",
        source=HOST8,
        inputs={"name": "acme.it", "type": "MX"},
        answers={
            question("acme.it.", "MX"): Said(
                stdout='Trying "acme.it"\nHost acme.it. not found: 2(SERVFAIL)\n'
                "Received 25 bytes from 10.20.30.53#53 in 3 ms\n",
                exit_code=1,
            )
        },
        error="the DNS server answers SERVFAIL to MX of acme.it",
    ),
    Row(
        fact="a server that is silent is an error",
        system="CentOS 6",
        source=DIG6,
        inputs={"name": "acme.it", "type": "NS", "server": "10.20.30.53"},
        answers={
            question("acme.it.", "NS", "10.20.30.53"): Said(
                stdout="\n; <<>> DiG 9.8.2rc1-RedHat <<>> +noall +comments +answer @10.20.30.53 acme.it. NS\n"
                ";; global options: +cmd\n;; connection timed out; no servers could be reached\n",
                exit_code=9,
            )
        },
        error="no answer to NS of acme.it on the machine: ;; connection timed out; no servers could be reached",
    ),
    Row(
        fact="a tool that cannot be run is an error",
        system="CentOS 6",
        source="documented: POSIX sh, 2.8.2, exit status 126",
        inputs={"name": "acme.it", "type": "NS"},
        answers={question("acme.it.", "NS"): Said(stderr="sh: /usr/bin/dig: Permission denied\n", exit_code=126)},
        error="no answer to NS of acme.it on the machine: sh: /usr/bin/dig: Permission denied",
    ),
    Row(
        fact="an address turned round, and the root as a target",
        system="CentOS 6",
        source=DIG6,
        inputs={"name": "10.20.30.40", "type": "PTR"},
        answers={
            question("40.30.20.10.in-addr.arpa.", "PTR"): Said(
                stdout="\n; <<>> DiG 9.8.2rc1-RedHat <<>> +noall +comments +answer 40.30.20.10.in-addr.arpa. PTR\n"
                ";; global options: +cmd\n" + HEADER.format("NOERROR") + ";; ANSWER SECTION:\n"
                "40.30.20.10.in-addr.arpa. 300\tIN\tPTR\tPBX.acme.it.\n40.30.20.10.in-addr.arpa. 300\tIN\tPTR\t.\n\n"
            )
        },
        observed=seen(".", "pbx.acme.it"),
    ),
]
