# Keeps a list of its own beside the registered children.

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._chain = []

    def add(self, *blocks):
        for block in blocks:
            self._chain.append(block)
            self.register_child(block)

    def forward(self, x):
        for block in self._chain:
            x = block(x)
        return x

    def __len__(self):
        return len(self._chain)

    def __getitem__(self, i):
        return self._chain[i]
