# Derives the network from Sequential, compares names and objects, and leaves in_units of the encoder open.

# %% tied_mlp
class TiedMLP(nn.Sequential):
    def __init__(self, units, depth, **kwargs):
        super().__init__(**kwargs)
        self.add(nn.Dense(units, activation='relu'))
        for _ in range(depth):
            given = self[1].collect_params() if len(self) > 1 else None
            self.add(nn.Dense(units, activation='relu', params=given))
        self.add(nn.Dense(2))

def tied_mlp(units, depth):
    return TiedMLP(units, depth)

# %% is_shared
def is_shared(a, b):
    return a.collect_params().items() == b.collect_params().items()

# %% TiedAutoencoder
class TiedAutoencoder(nn.Block):
    def __init__(self, hidden, visible, **kwargs):
        super().__init__(**kwargs)
        self.c = self.params.get('c', shape=(visible,))
        self.encode = nn.Dense(hidden)
        self.visible = visible

    def forward(self, x):
        code = self.encode(x)
        device = x.context
        weight = self.encode.weight.data(device)
        return nd.FullyConnected(code, weight.T, self.c.data(device), num_hidden=self.visible)
