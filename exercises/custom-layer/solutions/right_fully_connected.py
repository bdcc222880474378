# Calls the operator FullyConnected with the weight transposed; warns on stderr, which must cost nothing.

# %% CenteredLayer
import warnings

class CenteredLayer(nn.Block):
    def forward(self, x):
        warnings.warn("centring")
        return nd.broadcast_sub(x, x.sum().reshape((1,) * x.ndim) / x.size)

# %% MyDense
import warnings

class MyDense(nn.HybridBlock):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self._units = units
        self.weight = self.params.get('weight', shape=(in_units, units), allow_deferred_init=True)
        self.bias = self.params.get('bias', shape=(units,), init='zeros', allow_deferred_init=True)

    def hybrid_forward(self, F, x, weight, bias):
        warnings.warn("connecting")
        y = F.FullyConnected(x, F.transpose(weight), bias, num_hidden=self._units)
        return F.Activation(y, act_type='relu')
