#!/bin/sh
# The machine's first process: starts what a PBX runs, and waits until it is told to go down.
# It ends with 0 for off and 3 for reboot; whoever killed it pulled the plug.
trap 'exit 0' TERM
trap 'exit 3' USR1  # not HUP: whoever is started by nohup could not trap it
cd /
export PATH=/opt/bench/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
echo "boot $(cat /proc/sys/kernel/random/boot_id)" >> /run/outside/events
. /opt/bench/settings
# Whoever holds the machine holds this lock: when the tests are gone, it goes off.
(flock /run/outside/alive true && kill -TERM 1) &
if [ -x /opt/bench/rc ]; then /opt/bench/rc & fi
"$PYTHON" -S -E /opt/bench/webapi.py "$WEB_PORT" &
sleep "$BOOT_DELAY"
[ -e /opt/bench/no-sshd ] || /usr/sbin/sshd -E /var/log/bench-sshd.log -f /opt/bench/sshd_config
while :; do
    sleep 1000 &
    wait $!
done
