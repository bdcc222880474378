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


class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        for block in self._children.values():
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
