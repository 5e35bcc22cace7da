#!/bin/sh
# A desktop session on a lab host: background, window manager, one terminal. The session ends with its terminal.
# The terminal comes first and the rest beside it, because the first picture is what people wait for.
cd "$HOME" || exit 1
PATH=/run/lab/programs:/usr/local/bin:/usr/bin:/bin
XDG_RUNTIME_DIR=$HOME/.runtime
export PATH XDG_RUNTIME_DIR
mkdir -p -m 700 "$XDG_RUNTIME_DIR"

# `lab run` joins the session through this file.
printf 'DISPLAY=%s\nXAUTHORITY=%s\n' "$DISPLAY" "${XAUTHORITY:-$HOME/.Xauthority}" > "$HOME/.lab-session"

hsetroot -add '#28415c' -add '#16222f' -gradient 180 > /dev/null 2>&1 &
openbox > /dev/null 2>&1 &
exec xterm -title "$(id -un) on $(uname -n)"
