# Keeps a Sequential where Block does not see it, and shares its children.
# caught by: chained, parameters, second-instance
# score: 2.5

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        chain = nn.Sequential()
        chain._children = self._children
        object.__setattr__(self, "chain", chain)

    def add(self, *blocks):
        for block in blocks:
            self.chain.add(block)

    def forward(self, x):
        return self.chain(x)

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
