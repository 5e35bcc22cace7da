# The .NET SDK and the build. Sourced after common.sh.

NODE=$ROOT/src/Portal/bin/Release/net10.0/RemoteChain.Portal
BENCHMARKS=$ROOT/tests/Benchmarks/bin/Release/net10.0/RemoteChain.Benchmarks
BUILT=$ROOT/artifacts/built         # one file per thing that was built: the print of its sources, then the SDK's folder

# No banner, no telemetry, no build servers that outlive the command, no culture data that a small machine lacks.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

find_dotnet() {
    for dotnet in "${DOTNET_ROOT:+$DOTNET_ROOT/dotnet}" "$(command -v dotnet || true)" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
        [ -x "$dotnet" ] || continue
        dotnet=$(readlink -f "$dotnet")
        if "$dotnet" --list-sdks 2> /dev/null | grep -q '^10\.'; then
            DOTNET_ROOT=$(dirname "$dotnet")
            PATH=$DOTNET_ROOT:$PATH
            export DOTNET_ROOT PATH
            return 0
        fi
    done
    return 1
}

need_dotnet() {
    if find_dotnet; then return; fi
    . "$ROOT/deploy/steps/install.sh"
    if have apt-get && may_root; then
        known dotnet-sdk-10.0 || apt_get update || true
        if known dotnet-sdk-10.0; then
            say "installing: dotnet-sdk-10.0"
            apt_get install --no-install-recommends dotnet-sdk-10.0
            if find_dotnet; then return; fi
        fi
    fi
    fail "the .NET 10 SDK is missing and this machine's package archive does not have it. Get it from https://dotnet.microsoft.com/download/dotnet/10.0 (install it anywhere, then set DOTNET_ROOT to its folder) and run me again"
}

# The print of everything that a build of these folders reads: path, time and size of each file. Outputs do not count.
print_of() {
    (cd "$ROOT" && find "$@" Directory.Build.props Directory.Build.targets Directory.Packages.props global.json .editorconfig \
        \( -name bin -o -name obj -o -name node_modules -o -path src/Portal/wwwroot/_framework \) -prune -o -type f -printf '%p %T@ %s\n' | LC_ALL=C sort | cksum)
}

# build NAME PROJECT FOLDER…: builds PROJECT unless nothing under the folders has changed since the last time.
build() {
    built=$BUILT/$1 project=$2
    shift 2
    now=$(print_of "$@")
    if [ -s "$built" ]; then
        { read -r before; read -r DOTNET_ROOT; } < "$built"
        if [ "$before" = "$now" ] && [ -x "$DOTNET_ROOT/dotnet" ]; then
            PATH=$DOTNET_ROOT:$PATH
            export DOTNET_ROOT PATH
            return
        fi
        unset DOTNET_ROOT
    fi
    need_dotnet
    say "building $project"
    if ! mkdir -p "$BUILT" 2> /dev/null || [ ! -w "$BUILT" ]; then
        fail "I may not write to $ROOT/artifacts: another user has built here. Run me as that user, or: sudo chown -R $(id -un) '$ROOT'"
    fi
    rm -f "$built"
    log=$BUILT/log
    "$DOTNET_ROOT/dotnet" build "$ROOT/$project" -c Release -v quiet -nologo < /dev/null > "$log" 2>&1 ||
        { cat "$log" >&2; fail "the build failed; what it said is above"; }
    printf '%s\n%s\n' "$now" "$DOTNET_ROOT" > "$built"
}

build_node() { build node src/Portal/RemoteChain.Portal.csproj src; }
build_all() { build all RemoteChain.sln src tests RemoteChain.sln; }
