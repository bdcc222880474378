# Hands the params from each shared layer to the next, compares addresses, and writes a hybrid block.

# %% tied_mlp
def tied_mlp(units, depth):
    net = nn.HybridSequential(prefix='tied_')
    net.add(nn.Dense(units, activation='relu'))
    params = None
    for i in range(depth):
        layer = nn.Dense(units, activation='relu', in_units=units, params=params, prefix=f'shared{i}_')
        params = layer.params
        net.add(layer)
    net.add(nn.Dense(2, in_units=units))
    return net

# %% is_shared
def is_shared(a, b):
    def addresses(layer):
        return sorted(id(parameter) for parameter in layer.params.values())
    return addresses(a) == addresses(b)

# %% TiedAutoencoder
class TiedAutoencoder(nn.HybridBlock):
    def __init__(self, hidden, visible, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get('weight', shape=(hidden, visible))
            self.b = self.params.get('b', shape=(hidden,))
            self.c = self.params.get('c', shape=(visible,))

    def hybrid_forward(self, F, x, weight, b, c):
        code = F.broadcast_add(F.dot(x, F.transpose(weight)), b)
        return F.broadcast_add(F.dot(code, weight), c)
