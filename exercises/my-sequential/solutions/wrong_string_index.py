# Looks positions up as keys: negative ones are not there, and KeyError is not IndexError.
# caught by: negative-items, outside
# score: 9

# %% MySequential
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
        return self._children[str(i)]
