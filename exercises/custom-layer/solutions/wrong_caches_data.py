# Keeps the array of the first call instead of the parameter.
# caught by: changed, two-devices
# score: 9.25

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
        self.kept = None

    def forward(self, x):
        if self.kept is None:
            self.kept = self.weight.data(x.context), self.bias.data(x.context)
        weight, bias = self.kept
        return nd.relu(nd.dot(x, weight) + bias)
