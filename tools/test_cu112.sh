#!/usr/bin/env bash
# Run every chapter and every right solution on the CPU with the MXNet for CUDA, mxnet-cu112.
#
# Its libmxnet.so loads only where there is a driver library. A stand-in that has no GPU takes its
# place, outside the environment: beside libmxnet.so it would hide a real driver.
set -euo pipefail
cd "$(dirname "$0")/.."

stop() { printf 'test-cu112: %s\n' "$*" >&2; exit 1; }

compiler=$(command -v cc || command -v gcc) ||
  stop "a C compiler is needed for the stand-in driver; install gcc, then run make test-cu112 again"
driver=$PWD/_build/stand-in-driver
mkdir -p "$driver"
"$compiler" -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$driver/libcuda.so.1" tests/libcuda.c ||
  stop "the stand-in driver could not be compiled; see above"
export LD_LIBRARY_PATH=$driver${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export VENV=.venv-cu112
MXNET=gpu tools/setup.sh

export PATH=$PWD/$VENV/bin:$PATH
options=(-p no:cacheprovider -q)
python -m pytest "${options[@]}" tests/cu112.py tests/test_device.py
python -m pytest "${options[@]}" --nbval --nbval-sanitize-with tests/sanitize.cfg tests/reference
