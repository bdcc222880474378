# Sets the negative numbers to zero in place.
# caught by: dense-gradient, relu-gradient, trained
# score: 8.5

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        y = nd.dot(x, self.weight.data(x.context)) + self.bias.data(x.context)
        y[:] = nd.maximum(y, 0)
        return y
