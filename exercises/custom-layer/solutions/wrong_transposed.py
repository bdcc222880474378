# Keeps the weight as nn.Dense does, with one row for each unit.
# caught by: shapes
# score: 9.25

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(units, in_units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight, transpose_b=True) + bias)
