# Runs the blocks in the alphabetical order of their keys: "10" before "2".
# caught by: many-in-order
# score: 9

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        for key in sorted(self._children):
            x = self._children[key](x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
