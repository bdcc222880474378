# Gives the attributes other names than the parameters.
# caught by: shapes, own-file
# score: 7

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.w = self.params.get('weight', shape=(in_units, units))
        self.b = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.w.data(x.context), self.b.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
