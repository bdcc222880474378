# Keeps the blocks in a plain list, where Gluon does not find them.
# caught by: parameters, initialized, second-instance
# score: 7

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.__dict__["chain"] = []

    def add(self, *blocks):
        self.chain.extend(blocks)

    def forward(self, x):
        for block in self.chain:
            x = block(x)
        return x

    def __len__(self):
        return len(self.chain)

    def __getitem__(self, i):
        return self.chain[i]
