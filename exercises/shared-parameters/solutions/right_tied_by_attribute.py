# Chooses the parameters by their structural names, and passes x through a list of layers.

# %% tied_mlp
def tied_mlp(units, depth):
    def dense(params=None):
        return nn.Dense(units, params=params, activation='relu')
    middle = [dense()]
    while len(middle) < depth:
        middle.append(dense(middle[-1].params))
    net = nn.Sequential()
    for layer in [dense(), *middle, nn.Dense(2)]:
        net.add(layer)
    return net

# %% is_shared
def is_shared(a, b):
    ours = {id(p) for p in a._reg_params.values() if p is not None}
    theirs = {id(p) for p in b._reg_params.values() if p is not None}
    return not ours ^ theirs

# %% TiedAutoencoder
class Decoder(nn.Block):
    def __init__(self, encoder, visible):
        super().__init__()
        self.weight = encoder.weight
        self.bias = self.params.get('bias', shape=(visible,))

    def forward(self, code):
        return nd.dot(code, self.weight.data(code.context)) + self.bias.data(code.context)

class TiedAutoencoder(nn.Block):
    def __init__(self, hidden, visible):
        super().__init__()
        self.encoder = nn.Dense(hidden, in_units=visible)
        self.decoder = Decoder(self.encoder, visible)

    def forward(self, x):
        return self.decoder(self.encoder(x))
