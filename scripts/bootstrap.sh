#!/bin/sh
# Make .venv with everything the lock file names. Needs Python 3.11 or newer and a package index.
set -eu
cd "$(dirname "$0")/.."
UV_VERSION=0.13.9
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11" >&2
  exit 2
}

find_uv() {
  if [ -x .tools/bin/uv ]; then echo .tools/bin/uv; return; fi
  command -v uv || true
}

uv=$(find_uv)
if [ -z "$uv" ]; then
  if "$python" -m venv .tools >/dev/null 2>&1; then
    .tools/bin/python -m pip install --quiet "uv==$UV_VERSION"
  elif "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf .tools
    "$python" -m pip install --quiet --target .tools "uv==$UV_VERSION"
  elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    rm -rf .tools
    apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null
    "$python" -m venv .tools
    .tools/bin/python -m pip install --quiet "uv==$UV_VERSION"
  else
    echo "neither venv nor pip is there: install python3-venv (apt-get install python3-venv)" >&2
    exit 2
  fi
  uv=$(find_uv)
fi

# Compiled now: commands must start fast even where nothing may be written later.
sync() {
  UV_PYTHON_DOWNLOADS=never "$uv" sync --frozen --all-extras --quiet --compile-bytecode --python "$python"
}

# Some networks need the machine's own certificates instead of those that uv brings.
sync 2>/dev/null || UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 sync
