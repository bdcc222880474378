# Keeps the array of W from the first call, which is stale once W is initialised anew.
# caught by: keeps-no-handle
# score: 9.75

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
    def __init__(self, hidden, visible, **kwargs):
        super().__init__(**kwargs)
        self.encoder = nn.Dense(hidden, in_units=visible)
        self.offset = self.params.get('offset', shape=(visible,), init='zeros')
        self.held = {}

    def forward(self, x):
        if x.context not in self.held:
            self.held[x.context] = self.encoder.weight.data(x.context)
        return nd.dot(self.encoder(x), self.held[x.context]) + self.offset.data(x.context)
