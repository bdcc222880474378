# Returns zeros of the right shape.
# caught by: one-axis, product, relu, zero-bias
# score: 1.25

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return nd.zeros(x.shape)

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        return nd.zeros((len(x), self.weight.shape[1]))
