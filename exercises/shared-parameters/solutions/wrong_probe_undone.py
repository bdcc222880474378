# Adds one and subtracts one, which rounding does not undo.
# caught by: before-initialize, no-side-effect
# score: 9.5

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
    first, second = list(a.collect_params().values()), list(b.collect_params().values())
    if [p.shape for p in first] != [p.shape for p in second]:
        return False
    answer = True
    for p, q in zip(first, second):
        before = q.data().copy()
        p.set_data(p.data() + 1)
        answer = answer and bool((q.data() == before + 1).asnumpy().all())
        p.set_data(p.data() - 1)
    return answer

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
