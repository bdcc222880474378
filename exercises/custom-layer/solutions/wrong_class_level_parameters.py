# Shares one pair of parameters among all layers.
# caught by: product, shapes
# score: 3

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    shared = {}

    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        if not self.shared:
            self.shared['weight'] = self.params.get('weight', shape=(in_units, units))
            self.shared['bias'] = self.params.get('bias', shape=(units,), init='zeros')
        self.weight, self.bias = self.shared['weight'], self.shared['bias']

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
