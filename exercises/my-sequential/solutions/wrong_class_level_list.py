# Shares one list among all networks.
# caught by: two-networks
# score: 3

# %% MySequential
class MySequential(nn.Block):
    chain = []

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)
            self.chain.append(block)

    def forward(self, x):
        for block in self.chain:
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
