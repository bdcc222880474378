# Walks the tree of blocks itself and writes values by set_data.

# %% count_params
def flat(block, found=None):
    """Return every parameter below block once, by its identity."""
    found = {} if found is None else found
    for parameter in block.params.values():
        found[id(parameter)] = parameter
    for child in block._children.values():
        flat(child, found)
    return found

def count_params(net):
    trained = [p for p in flat(net).values() if p.grad_req in ('write', 'add')]
    return sum(int(nd.zeros(p.shape).size) for p in trained)


# %% init_by_pattern
def init_by_pattern(net, rules):
    for p in flat(net).values():
        matching = [initialiser for pattern, initialiser in rules if re.match(pattern, p.name)]
        if matching and 0 in p.shape:
            p.initialize(matching[0], ctx=p.list_ctx(), force_reinit=True)
        elif matching:
            values = nd.zeros(p.shape)
            matching[0]._init_weight(p.name, values)
            p.set_data(values)


# %% HalfZero
class HalfZero(mx.init.Initializer):
    def _init_weight(self, name, data):
        chance = nd.random.uniform(shape=data.shape)
        size = 5 + 5 * nd.random.uniform(shape=data.shape)
        data[:] = nd.where(chance < 0.25, size, nd.where(chance < 0.5, -size, nd.zeros(data.shape)))


# %% freeze
def freeze(net, pattern):
    for p in flat(net).values():
        if re.match(pattern, p.name):
            p.grad_req = 'null'
