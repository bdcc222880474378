# Folds the chain with functools.reduce and warns on stderr, which must cost nothing.

# %% MySequential
import functools
import warnings

class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        warnings.warn("folding")
        return functools.reduce(lambda result, block: block(result), self._children.values(), x)

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
