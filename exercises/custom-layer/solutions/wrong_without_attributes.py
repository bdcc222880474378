# Assigns the parameters to no attribute, so that no file holds them.
# caught by: shapes, network-file, own-file
# score: 6.5

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.params.get('weight', shape=(in_units, units))
        self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.params.get('weight').data(x.context), self.params.get('bias').data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
