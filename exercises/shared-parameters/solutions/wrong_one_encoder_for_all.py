# Shares the encoder among all autoencoders of the same size.
# caught by: two-instances
# score: 9.25

# %% tied_mlp
def tied_mlp(units, depth):
    net = nn.Sequential()
    shared = nn.Dense(units, activation='relu')
    net.add(nn.Dense(units, activation='relu'), shared)
    for _ in range(depth - 1):
        net.add(nn.Dense(units, activation='relu', params=shared.params))
    net.add(nn.Dense(2))
    return net

# %% is_shared
def is_shared(a, b):
    return set(a.collect_params().values()) == set(b.collect_params().values())

# %% TiedAutoencoder
class TiedAutoencoder(nn.Block):
    encoders = {}

    def __init__(self, hidden, visible, **kwargs):
        super().__init__(**kwargs)
        if (hidden, visible) not in self.encoders:
            self.encoders[hidden, visible] = nn.Dense(hidden, in_units=visible)
        self.encoder = self.encoders[hidden, visible]
        self.offset = self.params.get('offset', shape=(visible,), init='zeros')

    def forward(self, x):
        return nd.dot(self.encoder(x), self.encoder.weight.data(x.context)) + self.offset.data(x.context)
