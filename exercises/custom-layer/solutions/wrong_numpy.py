# Computes in NumPy, past which no gradient is recorded.
# caught by: dense-gradient, trained, two-devices
# score: 8.5

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
import numpy as np

class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight, bias = self.weight.data(x.context).asnumpy(), self.bias.data(x.context).asnumpy()
        return nd.array(np.maximum(x.asnumpy() @ weight + bias, 0), ctx=x.context)
