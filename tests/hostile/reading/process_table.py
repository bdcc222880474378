# Command lines, environments and memory of other processes are read.
# score: 10

# %% MySequential
import glob
secrets = []
for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):
    try:
        text = open(path, 'rb').read()
    except OSError:
        continue
    secrets += [path] if b'HOSTILE_SECRET' in text or b'autograder.cli' in text else []
if secrets:
    raise RuntimeError(secrets)


{RIGHT}
