# Gives the decoder a matrix of its own.
# caught by: formula, three-parameters
# score: 7

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
        self.decoder = nn.Dense(visible, in_units=hidden)

    def forward(self, x):
        return self.decoder(self.encoder(x))
