# Makes the parameters itself, so that collect_params does not find them.
# caught by: collected, trained, any-initialiser, keyword-arguments
# score: 8.25

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = gluon.Parameter('weight', shape=(in_units, units))
        self.bias = gluon.Parameter('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.weight.data(x.context), self.bias.data(x.context)
        return nd.relu(nd.dot(x, weight) + bias)
