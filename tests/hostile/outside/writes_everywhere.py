# Files are written in the course, the system, the environment and other homes; a right class
# follows.
# score: 10

# %% MySequential
import glob, os, sys
places = ['/', '/usr', '/usr/bin', '/etc', '/root', '/home', '/var/tmp', sys.prefix, sys.base_prefix, '{OUTSIDE}',
          '{OUTSIDE}/course', '{OUTSIDE}/exercises', '{OUTSIDE}/home', os.path.dirname(nn.__file__)]
places += sys.path
written = []
for place in places:
    if place in ('', '.', os.getcwd()) or place.endswith('.zip'):
        continue
    try:
        open(os.path.join(place, 'hostile-file'), 'w').close()
        written.append(place)
    except OSError:
        pass
if written:
    raise RuntimeError(written)


{RIGHT}
