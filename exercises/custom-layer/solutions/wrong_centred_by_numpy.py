# Computes in NumPy, past which no gradient is recorded.
# caught by: centered-gradient
# score: 9.25

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        a = x.asnumpy()
        return nd.array(a - a.mean())

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
