# Returns a string.
# caught by: one-axis, product
# score: 0.5

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return "centred"

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        return "dense"
