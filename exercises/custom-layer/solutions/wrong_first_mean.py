# Keeps the mean of the first call.
# caught by: one-axis, centered-in-network
# score: 9

# %% CenteredLayer
class CenteredLayer(nn.Block):
    mean = None

    def forward(self, x):
        if self.mean is None:
            self.mean = x.mean()
        return x - self.mean

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
