#!/bin/sh
# A desktop session on a lab host: background, window manager, one terminal. The session ends with its terminal.
#   session.sh             the session
#   session.sh terminal    its terminal; openbox runs this
PATH=/run/lab/programs:/usr/local/bin:/usr/bin:/bin
XDG_RUNTIME_DIR=$HOME/.runtime
export PATH XDG_RUNTIME_DIR
cd "$HOME" || exit 1

if [ "${1:-}" = terminal ]; then
    xterm -title "$USER on $(uname -n)"
    exec openbox --exit
fi

mkdir -p -m 700 "$XDG_RUNTIME_DIR"
# `lab run` joins the session through this file.
printf 'DISPLAY=%s\nXAUTHORITY=%s\n' "$DISPLAY" "${XAUTHORITY:-$HOME/.Xauthority}" > "$HOME/.lab-session"
# Before anything else: a background that is drawn later changes a picture that tests compare.
hsetroot -add '#28415c' -add '#16222f' -gradient 180 > /dev/null 2>&1
# The terminal waits for the window manager: one that appears while openbox starts is sometimes left unmapped by it.
exec openbox --startup '/run/lab/session.sh terminal' > /dev/null 2>&1
