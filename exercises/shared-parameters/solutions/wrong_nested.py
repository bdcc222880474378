# Puts the shared layers into a network of their own, so that places and keys are others.
# caught by: length, file-with-every-place
# score: 5.25

# %% tied_mlp
def tied_mlp(units, depth):
    net, inner = nn.Sequential(), nn.Sequential()
    inner.add(*[nn.Dense(units, activation='relu')] * depth)
    net.add(nn.Dense(units, activation='relu'), inner, nn.Dense(2))
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
