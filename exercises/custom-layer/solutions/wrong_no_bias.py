# Has no bias.
# caught by: added-bias, shapes
# score: 4

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))

    def forward(self, x):
        return nd.relu(nd.dot(x, self.weight.data(x.context)))
