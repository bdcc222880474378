# Adds one layer several times, looks parameters up by identity, and owns W, b and c itself.

# %% tied_mlp
def tied_mlp(units, depth):
    print('tied_mlp', units, depth)
    net = nn.Sequential()
    with net.name_scope():
        net.add(nn.Dense(units, activation='relu'))
        shared = nn.Dense(units, in_units=units, activation='relu')
        net.add(*[shared] * depth)
        net.add(nn.Dense(2, in_units=units))
    return net

# %% is_shared
def is_shared(a, b):
    first, second = list(a.collect_params().values()), list(b.collect_params().values())
    return len(first) == len(second) and all(any(p is q for q in second) for p in first)

# %% TiedAutoencoder
class TiedAutoencoder(nn.Block):
    def __init__(self, hidden, visible):
        super().__init__()
        self.weight = self.params.get('weight', shape=(hidden, visible))
        self.code_bias = self.params.get('code_bias', shape=(hidden,), init='zeros')
        self.bias = self.params.get('bias', shape=(visible,), init='zeros')

    def forward(self, x):
        weight, code_bias, bias = [p.data(x.context) for p in (self.weight, self.code_bias, self.bias)]
        return nd.dot(nd.dot(x, weight, transpose_b=True) + code_bias, weight) + bias
