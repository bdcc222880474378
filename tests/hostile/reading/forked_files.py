# Open files that the kernel was left with are read and written.
# score: 10

# %% MySequential
import os
open_files = []
for fd in range(256):
    try:
        open_files.append(os.readlink(f'/proc/self/fd/{fd}'))
    except OSError:
        pass
if any('gradebook' in name or '{OUTSIDE}' in name for name in open_files):
    raise RuntimeError(open_files)


{RIGHT}
