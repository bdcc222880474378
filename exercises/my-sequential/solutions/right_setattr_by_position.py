# Sets attributes named "0", "1", and so on, which registers the blocks.

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            setattr(self, str(len(self)), block)

    def forward(self, x):
        for i in range(len(self)):
            x = self[i](x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        n = len(self)
        if not -n <= i < n:
            raise IndexError(f"there are {n} blocks, so no block {i}")
        return getattr(self, str(i % n))
