# Reads its parameters by their names in forward; relu is a maximum.

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
class MyDense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super(MyDense, self).__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(in_units, units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def forward(self, x):
        weight = self.params.get('weight').data(ctx=x.context)
        bias = self.params.get('bias').data(ctx=x.context)
        return nd.maximum(nd.broadcast_add(nd.dot(x, weight), bias), 0)
