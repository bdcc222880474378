# Registers the blocks as "layer0", "layer1": fine, but no file of nn.Sequential has such keys.
# caught by: sequential-reads, reads-sequential
# score: 9

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block, f"layer{len(self)}")

    def forward(self, x):
        for block in self._children.values():
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
