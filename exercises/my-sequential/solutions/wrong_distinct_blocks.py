# Runs each distinct block once, in no order that could be relied on.
# caught by: same-block-twice
# score: 9

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        for block in dict.fromkeys(self._children.values()):
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
