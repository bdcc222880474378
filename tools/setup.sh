#!/usr/bin/env bash
# Prepare this checkout: Debian packages, Python 3.11, .venv with everything pinned. Quick when done.
#
#   tools/setup.sh            what the book and the grader need
#   tools/setup.sh tests      also what the tests need (Chromium and a Chinese font)
#
# MXNET=cpu or MXNET=gpu overrides the choice of MXNet wheel, VENV=FOLDER the environment's name.
set -euo pipefail
cd "$(dirname "$0")/.."

log=.setup.log
venv=${VENV:-.venv}
say() { printf '%s\n' "setup: $*" >&2; }
stop() { say "$*"; exit 1; }

# --- Debian packages that pip cannot give --------------------------------------------------------
library() { compgen -G "/lib/*/$1" >/dev/null || compgen -G "/usr/lib/*/$1" >/dev/null ||
            compgen -G "/usr/lib*/$1" >/dev/null; }
missing=()
command -v bwrap >/dev/null || missing+=(bubblewrap)
library 'libgomp.so.1' || missing+=(libgomp1)
library 'libquadmath.so.0' || missing+=(libquadmath0)
if [ "${1:-}" = tests ]; then
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
fi

install_debian() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    stop "missing from this machine: $*; install with: sudo apt-get install $*"
  fi
  say "installing Debian packages: $*"
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive \
      apt-get -q install -y --no-install-recommends "$@"; } >"$log" 2>&1 ||
    stop "could not install $*; is the network there? See $log, then run make again"
}
[ ${#missing[@]} = 0 ] || install_debian "${missing[@]}"

# --- Python 3.11 ---------------------------------------------------------------------------------
find_python() {
  local name
  for name in "${PYTHON:-}" python3.11 /usr/bin/python3.11 python3 python; do
    [ -n "$name" ] && command -v "$name" >/dev/null || continue
    # Not that of a virtual environment, which may be the one to be made anew: make has it in PATH.
    "$name" -c 'import sys; sys.version_info[:2] == (3, 11) or sys.exit(1)
print(sys._base_executable)' 2>/dev/null && return
  done
  if command -v uv >/dev/null; then
    uv python find --system 3.11 2>/dev/null && return
    say "asking uv for Python 3.11"
    uv python install 3.11 >"$log" 2>&1 && uv python find --system 3.11 2>>"$log" && return
  fi
  return 1
}

no_python() {
  stop "Python 3.11 is needed and was not found; install python3.11" \
    "(on Debian 12: sudo apt-get install python3.11 python3.11-venv) or uv, then run make again"
}

# --- which MXNet ---------------------------------------------------------------------------------
flavour=${MXNET:-}
had=$(cut -d ' ' -f 1 "$venv/.packages" 2>/dev/null || true)

# Sets what autograder/device.py says here: the flavour, the outcome in a word, and a sentence.
look() {
  local looking=$venv/bin/python
  if [ ! -x "$looking" ]; then
    python=${python:-$(find_python)} || no_python
    looking=$python
  fi
  read -r advised outcome sentence < <("$looking" -I autograder/device.py) ||
    stop "autograder/device.py could not look for a GPU; see above, or say MXNET=cpu"
}

because=
if [ -z "$flavour" ]; then
  look
  flavour=$advised because=": $sentence"
  # A GPU that is hidden or replaced takes nothing away: MXNet for the GPU computes on the CPU too.
  if [ "$had" = gpu ] && [ "$outcome" != no-driver ]; then flavour=gpu; fi
fi
case $flavour in
  gpu) requirements=requirements.txt size='2 GB to download, 5 GB on disk, ' ;;
  cpu) requirements=requirements-cpu.txt size= ;;
  *) stop "MXNET must be cpu or gpu, not '$flavour'" ;;
esac

# --- the environment -----------------------------------------------------------------------------
hash() { cat "$@" | sha256sum | cut -c 1-64; }
packages="$flavour $(hash "$requirements" requirements-common.txt)"
project=$(hash pyproject.toml)
packages_done() { [ "$(cat "$venv/.packages" 2>/dev/null)" = "$packages" ]; }

# Each time, for whoever reinstalls a package by hand undoes it.
link() {
  [ "$flavour" = cpu ] || "$venv/bin/python" -I tools/link_cuda.py ||
    stop "could not link the CUDA libraries; see above"
}

if packages_done; then
  link
  [ "$(cat "$venv/.project" 2>/dev/null)" = "$project" ] && exit 0
fi

# pip's output goes to the log; on a terminal a counter shows that it moves.
pip() {
  { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@" 2>&1; echo "status $?"; } |
    tee -a "$log" | awk -v tty="$([ -t 2 ] && echo 1 || echo 0)" '
      /^Collecting/ { n++; if (tty) printf "\rsetup: %d packages found ", n > "/dev/stderr" }
      /^Installing collected/ { if (tty) printf "\rsetup: installing %d packages ", n > "/dev/stderr" }
      /^status / { status = $2 }
      END { if (tty && n) printf "\n" > "/dev/stderr"; exit status }'
}

if ! packages_done; then
  if [ "${MXNET:-}" = gpu ]; then
    look
    [ "$outcome" != no-driver ] || stop "MXNET=gpu cannot work here: $sentence, and mxnet-cu112" \
      "does not load without; nothing was downloaded; install the driver, or take MXNET=cpu"
    because=", as MXNET=gpu asks: $sentence"
  fi
  python=${python:-$(find_python)} || no_python
  say "making $venv with $("$python" --version) and MXNet for the ${flavour^^}$because"
  rm -rf "$venv" # both MXNet wheels own site-packages/mxnet: one cannot be installed over the other
  "$python" -c 'import ensurepip' 2>/dev/null || install_debian python3.11-venv
  "$python" -m venv "$venv" >"$log" 2>&1 || stop "could not make $venv in $PWD; see $log"
  say "installing the packages of $requirements (${size}a few minutes; log in $log)"
  pip install -r "$requirements" || stop "pip could not install $requirements;" \
    "is the network there? See the end of $log, then run make again"
  link
  "$venv/bin/python" -c 'import mxnet' >>"$log" 2>&1 || stop "MXNet was installed but does not load;" \
    "see the end of $log; MXNET=cpu make ... takes the CPU build"
  printf '%s' "$packages" >"$venv/.packages"
  if [ "$flavour" = gpu ]; then
    read -r _ outcome sentence < <("$venv/bin/python" -I autograder/device.py check) ||
      stop "autograder/device.py could not check the GPU; see above"
    [ "$outcome" = right ] || sentence="the course computes on the CPU: $sentence"
    say "$sentence"
  fi
fi
pip install --no-deps --editable . || stop "pip could not install the autograder package;" \
  "is the network there? See the end of $log, then run make again"
printf '%s' "$project" >"$venv/.project"
say "ready"
