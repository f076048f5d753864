# The updater of the lab: what a patch runs through, the log in the vendor's shape, and the ways in which it can go wrong.
#
# A patch sets PATCH_RELEASE, PATCH_NEEDS (a shell pattern of the release it goes upon) and a function migrate(), reads this
# file and calls update(). The words of the steps and of the failure, and the frames of the end, are the vendor's
# (pictures of the guide: Aggiornamento08.PNG, UPG_KO.PNG, Updater.PNG); all else is the lab's own.

CONF=/opt/telenia_data/sync/conf
WWW=/var/lib/lab-tvox/www
RELEASE=/etc/lab-tvox/release
REBOOT=/run/lab-tvox-reboot-required
DEFAULT_SLOW_SECONDS=180

log() { # number, payload
    printf '%s [main:%s] %s\n' "$(date '+%Y-%m-%d %H:%M:%S,%3N')" "$1" "$2"
}

variant_words() { # the file beside the patch, else the file of this release on this machine
    cat "$1.variant" 2> /dev/null || cat "/etc/lab-tvox/variant-$PATCH_RELEASE" 2> /dev/null || echo none
}

refuse() {
    log 91 "ERROR $1"
    exit 1
}

check() {
    [ "$(id -u)" -eq 0 ] || refuse 'The update must be launched as root'
    [ ! -e "$REBOOT" ] || refuse 'A previous update waits for the reboot of the machine'
    case $(cat "$RELEASE") in
        $PATCH_NEEDS) ;;
        *) refuse "Release $(cat "$RELEASE") cannot be updated to $PATCH_RELEASE: it must be $PATCH_NEEDS" ;;
    esac
}

update() { # path of the patch
    set -eu
    set -- $(variant_words "$1")
    VARIANT=$1
    SLOW_SECONDS=${2:-$DEFAULT_SLOW_SECONDS}
    check
    log 120 "Updating to version: $PATCH_RELEASE"
    apply
    finish
}

apply() {
    log 210 'Stopping Services'
    systemctl stop lab-telephony lab-sip nginx lab-webapi
    log 233 'Syncing file system'
    sync
    ask
    log 257 'Copying system configuration files'
    copy_configuration
    log 281 'Fixing file permissions'
    chmod -R u+rw,go+r "$CONF"
    sleep 1
    log 305 'Executing update script'
    stay_silent
    migrate
    fail
    log 344 'Fixing file permissions post update'
    chmod 644 "$WWW"/*.html
    sleep 1
    log 371 'Updating all configs'
    set_release
    break_something
    log 402 'Syncronizing cluster files'
    touch "$REBOOT"
    sync
    sleep 1
}

copy_configuration() {
    mkdir -p /var/tmp/lab-tvox-before-update
    cp -a "$CONF/." /var/tmp/lab-tvox-before-update/
    printf 'applied=%s\n' "$PATCH_RELEASE" >> "$CONF/lab-updates.conf"
    sleep 1
}

set_release() {
    sed -i "s/^release=.*/release=$PATCH_RELEASE/" "$CONF/lab-tvox.conf"
    sed -i "s|<span id=\"release\">[^<]*<|<span id=\"release\">$PATCH_RELEASE<|" "$WWW"/*.html
    if [ "$VARIANT" = wrong-release ]; then echo 22.0.1; else echo "$PATCH_RELEASE"; fi > "$RELEASE"
}

ask() {
    [ "$VARIANT" = prompt ] || return 0
    printf 'Overwrite local customisations? [y/N] '
    answer=''
    read -r answer || true
    case $answer in
        y | Y) log 248 'Overwriting local customisations' ;;
        *) refuse 'Local customisations found, update aborted' ;;
    esac
}

stay_silent() {
    [ "$VARIANT" != slow ] || sleep "$SLOW_SECONDS"
}

say_failure() {
    log 611 'An error occurred during the update.'
    log 612 'The update execution has failed!!!'
    log 613 'Do not reboot the machine! Non riavviare la macchina!'
    log 614 "Update to version $PATCH_RELEASE failed!"
}

fail() {
    [ "$VARIANT" = failure-text ] || return 0
    say_failure
    exit 1
}

break_something() {
    case $VARIANT in
        breaks-service) systemctl --quiet disable lab-telephony ;;
        no-sshd) systemctl --quiet disable ssh ;;
        late-service)
            mkdir -p /etc/systemd/system/lab-telephony.service.d
            printf '[Unit]\nConditionPathExists=/run/lab-telephony-may-start\n' \
                > /etc/systemd/system/lab-telephony.service.d/lab-late.conf
            systemctl --quiet enable lab-late.timer
            ;;
    esac
}

say_completed() {
    log 682 '************************'
    log 683 '*   Update completed!  *'
    log 684 '************************'
}

say_reboot() {
    log 699 ''
    echo
    log 700 '**********************************'
    log 701 '*   Please REBOOT the machine!   *'
    log 702 '**********************************'
}

finish() {
    case $VARIANT in
        no-marker) exit 0 ;;
        half-marker) say_completed; exit 0 ;;
        failure-and-marker) say_failure ;;
    esac
    say_completed
    say_reboot
    case $VARIANT in
        text-after) log 731 'Restoring the previous configuration files' && log 738 'Rolling back table ast_param' ;;
        exit-3) exit 3 ;;
    esac
    exit 0
}
