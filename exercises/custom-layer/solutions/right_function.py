# Writes the backward of the mean itself, and relu as a comparison.

# %% CenteredLayer
class Centre(autograd.Function):
    def forward(self, x):
        return x - x.mean()

    def backward(self, dy):
        return dy - dy.mean()

class CenteredLayer(nn.Block):
    def forward(self, x):
        return Centre()(x)

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        for name, shape, first in (('weight', (in_units, units), None), ('bias', (units,), init.Constant(0))):
            setattr(self, name, self.params.get(name, shape=shape, init=first))

    def forward(self, x):
        own = {name: parameter.data(x.context) for name, parameter in self._reg_params.items()}
        y = nd.linalg.gemm2(x, own['weight']) + own['bias']
        return y * (y > 0)
