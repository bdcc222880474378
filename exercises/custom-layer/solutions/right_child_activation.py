# Has its activation as a child, and names the keyword arguments of Block.

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def forward(self, x):
        return x + -nd.mean(x, axis=tuple(range(x.ndim)), keepdims=True)

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init=init.Zero())
        self.act = nn.Activation('relu')

    def forward(self, x):
        return self.act(nd.dot(x, self.weight.data(x.ctx)) + self.bias.data(x.ctx).expand_dims(0))
