# Hybrid blocks that hybridise themselves.

# %% CenteredLayer
class CenteredLayer(nn.HybridBlock):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hybridize()

    def hybrid_forward(self, F, x):
        return F.broadcast_sub(x, x.mean(axis=(), keepdims=True))

# %% MyDense
class MyDense(nn.HybridBlock):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')
        self.hybridize()

    def hybrid_forward(self, F, x, weight, bias):
        return F.relu(F.broadcast_add(F.dot(x, weight), bias))
