# Keys the children by their names, as the notes do: a block added twice counts once, and no other
# network can read the file.
# caught by: same-block-twice, second-instance, sequential-reads, reads-sequential
# score: 7

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self._children[block.name] = block

    def forward(self, x):
        for block in self._children.values():
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
