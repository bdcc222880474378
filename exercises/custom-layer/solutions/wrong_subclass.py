# Derives from nn.Dense, which the task rules out.
# caught by: product, shapes, many-layers
# score: 3

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Dense):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(units, activation='relu', in_units=in_units, **kwargs)
