#!/bin/sh
# Stands for reboot(8) and shutdown(8) in the bench machine: says outside what was asked, then does it.
name=${0##*/}
echo "$name asked" >> /run/outside/events
[ -e /opt/bench/deaf ] && exit 0
if [ "$name" = reboot ]; then kill -USR1 1; else kill -TERM 1; fi
sleep 10
