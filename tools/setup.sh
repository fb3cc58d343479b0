#!/usr/bin/env bash
# Make the virtual environment and fill it from a lock: tools/setup.sh VENV LOCK [OPTIONS OF PIP INSTALL]
set -euo pipefail

venv=$1
lock=$2
shift 2

fitting() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if fitting "$name"; then
            echo "$name"
            return
        fi
    done
    echo "Netloom needs Python 3.11, 3.12 or 3.13, and none was found: install one of them and try again." >&2
    return 1
}

make_venv() {
    local python
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        local version
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "This Python $version cannot make virtual environments. On Debian or Ubuntu this repairs it:" >&2
        echo "    sudo apt-get install python$version-venv" >&2
        return 1
    fi
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv "$venv"
}

# A virtual environment that was left half made, or whose Python has gone, is made anew.
if ! { fitting "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    rm -rf "$venv"
    make_venv
fi

echo "Installing what $lock lists"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" -r "$lock"
"$venv/bin/python" tools/qt_libraries.py
