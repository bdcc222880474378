# Ties the last layer, too, where its shape allows it.
# caught by: own-ends
# score: 9.75

# %% tied_mlp
def tied_mlp(units, depth):
    net = nn.Sequential()
    shared = nn.Dense(units, activation='relu')
    net.add(nn.Dense(units, activation='relu'), shared)
    for _ in range(depth - 1):
        net.add(nn.Dense(units, activation='relu', params=shared.params))
    net.add(nn.Dense(2, params=shared.params if units == 2 else None))
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
