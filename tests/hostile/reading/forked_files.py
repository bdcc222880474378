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
