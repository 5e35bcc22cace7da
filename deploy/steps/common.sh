# Small words that every step uses. Sourced, never run. ROOT is the project's folder.

say() { printf '%s\n' "remotechain: $*" >&2; }
fail() { say "$*"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }
have() { command -v "$1" > /dev/null 2>&1; }

# May we become root without asking? -n: never a prompt, so that CI and closed stdin end with a sentence and not with a hang.
may_root() { is_root || { have sudo && sudo -n true 2> /dev/null; }; }
as_root() { if is_root; then "$@"; else sudo -n "$@"; fi; }
