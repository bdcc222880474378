# Writes into a reshaped view of the input.
# caught by: centered-input-kept, centered-gradient
# score: 8.75

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        y = x.reshape((-1,))
        y -= y.mean()
        return y.reshape(x.shape)

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
