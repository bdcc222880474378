# Reads the first copy, whatever the device of the input.
# caught by: two-devices
# score: 9.5

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
        weight, bias = self.weight.list_data()[0], self.bias.list_data()[0]
        return nd.relu(nd.dot(x, weight) + bias)
