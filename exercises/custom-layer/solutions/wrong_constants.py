# Makes constants, which no trainer changes.
# caught by: trained, dense-gradient, any-initialiser
# score: 7.5

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get_constant('weight', nd.random.normal(shape=(in_units, units)))
        self.bias = self.params.get_constant('bias', nd.zeros(units))

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
