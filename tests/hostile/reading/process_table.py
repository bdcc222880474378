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
