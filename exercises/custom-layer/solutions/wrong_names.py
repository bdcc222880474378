# Gives parameters and attributes names of its own.
# caught by: shapes, collected, dense-gradient
# score: 7

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.w = self.params.get('w', shape=(in_units, units))
        self.b = self.params.get('b', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.w.data(x.context), self.b.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
