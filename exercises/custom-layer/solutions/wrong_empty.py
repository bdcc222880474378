# Is handed in as it was released.
# caught by: one-axis, product, shapes, network-file
# score: 0

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        raise NotImplementedError()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        raise NotImplementedError()

    def forward(self, x):
        raise NotImplementedError()
