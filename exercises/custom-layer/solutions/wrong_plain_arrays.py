# Keeps plain arrays, which Gluon does not find.
# caught by: collected, any-initialiser, trained, network-file, dense-gradient
# score: 6.25

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = nd.random.normal(shape=(in_units, units))
        self.bias = nd.zeros(units)

    def forward(self, x):
        return nd.relu(nd.dot(x, self.weight) + self.bias)
