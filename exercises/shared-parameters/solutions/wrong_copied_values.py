# Initialises the layers and copies the values of one into the others.
# caught by: one-for-all, six-parameters, gradient-sum, two-steps, callers-initialiser
# score: 6.75

# %% tied_mlp
def tied_mlp(units, depth):
    net = nn.Sequential()
    net.add(nn.Dense(units, activation='relu'))
    shared = nn.Dense(units, activation='relu', in_units=units)
    shared.initialize()
    net.add(shared)
    for _ in range(depth - 1):
        layer = nn.Dense(units, activation='relu', in_units=units)
        layer.initialize()
        layer.weight.set_data(shared.weight.data())
        layer.bias.set_data(shared.bias.data())
        net.add(layer)
    net.add(nn.Dense(2))
    return net

# %% is_shared
def is_shared(a, b):
    return set(a.collect_params().values()) == set(b.collect_params().values())

# %% TiedAutoencoder
class TiedAutoencoder(nn.Block):
    def __init__(self, hidden, visible, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.encoder = nn.Dense(hidden, in_units=visible)
        self.offset = self.params.get('offset', shape=(visible,), init='zeros')

    def forward(self, x):
        weight = self.encoder.weight.data(x.context)
        return nd.dot(self.encoder(x), weight) + self.offset.data(x.context)
