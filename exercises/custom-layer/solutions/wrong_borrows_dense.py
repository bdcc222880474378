# Hides an nn.Dense inside, which the task rules out.
# caught by: product, shapes, many-layers
# score: 3

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.dense = nn.Dense(units, activation='relu', in_units=in_units)
        self.weight, self.bias = self.dense.weight, self.dense.bias

    def forward(self, x):
        return self.dense(x)
