"""Packages that the telephone system is made of, or stands on.

The vendor's own may go up with the upgrade, and so may what they stand on; what belongs to the operating system
stays, since a patch does not change it.
"""

from __future__ import annotations

import re

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Severity
from uat.probe import Probe
from uat.proposal import Found, Proposal

_QUESTION = (
    "if command -v rpm >/dev/null 2>&1 && [ -d /var/lib/rpm ] && ! [ -f /etc/debian_version ]; "
    "then rpm -qa --qf '%{NAME}\\n'; "
    "else dpkg-query -W -f '${db:Status-Abbrev}${Package}\\n' | sed -n 's/^ii *//p'; fi"
)

_MAY_GO_UP = re.compile(
    r"(tvox|telenia|asterisk|dahdi|kamailio|opensips|rabbitmq-server|elasticsearch|logstash|redis|openvpn|coturn|"
    r"nginx|httpd|apache2|php|php\d.*-fpm|php\d*-(common|fpm|cli)|nodejs|mosquitto|janus|jetty|tomcat|wso2|"
    r"mysql(-community)?-server|mysql-server.*|mariadb-server.*|postgresql\d*-server|postgresql-\d+|"
    r"mongodb-org-server|mongodb-server|mongodb-org|java-[\d.]+-openjdk(-headless)?|openjdk-\d+-jre(-headless)?|"
    r"jdk.*|jre.*|openldap-servers|slapd|erlang)([-_.].*)?"
)
_STAYS = re.compile(
    r"(centos|almalinux|rocky|redhat)-release|base-files|glibc|libc6|screen|openssh-server|chrony|ntp|sudo"
)
_PARTS = re.compile(
    r".*-(devel|dev|doc|docs|debuginfo|debug|dbg|libs|javadoc|demo|src|examples?|sounds?|moh|fonts?|filesystem|tests?|"
    r"selinux|locale|data|dbgsym|bash-completion)([-_].*)?"
)


def discover(probe: Probe) -> Found:
    """List the packages, and take those of interest."""
    names = ask(probe, _QUESTION).text.split()
    if not names:
        raise ObservationError("neither rpm nor dpkg listed a package")
    kept = sorted({name for name in names if not _PARTS.fullmatch(name)})
    found = [(name, "not_below_before") for name in kept if _MAY_GO_UP.fullmatch(name)]
    found += [(name, "unchanged") for name in kept if _STAYS.fullmatch(name)]
    return Found(proposals=tuple(_proposal(name, operator) for name, operator in found))


def _proposal(name: str, operator: str) -> Proposal:
    stays = operator == "unchanged"
    return Proposal(
        about=name,
        title={
            "it": f"Il pacchetto {name} {'è nella stessa versione' if stays else 'non è più vecchio di prima'}",
            "en": f"The package {name} is in {'the same version' if stays else 'no older version'}",
        },
        area="machine_system",
        severity=Severity.MINOR,
        kind="package",
        inputs={"name": name},
        expect={"installed": True, "version": {operator: True}},
    )
