# Calls the initialiser with an InitDesc, and draws in NumPy from a seed that MXNet has drawn.

# %% count_params
def count_params(net):
    seen = []

    def visit(block):
        for p in block.params.values():
            if not any(p is other for other in seen):
                seen.append(p)

    net.apply(visit)
    total = 0
    for p in seen:
        size = 1
        for n in p.shape:
            size *= n
        total += size * (p.grad_req != 'null')
    return total


# %% init_by_pattern
def init_by_pattern(net, rules):
    def rule_for(name):
        return next((init for pattern, init in rules if re.match(pattern, name)), None)

    for name, p in net.collect_params().items():
        initialiser = rule_for(name)
        if initialiser is None:
            continue
        try:
            p.data(p.list_ctx()[0])
        except gluon.parameter.DeferredInitializationError:
            p.initialize(initialiser, ctx=p.list_ctx(), force_reinit=True)
            continue
        values = nd.empty(p.shape)
        initialiser(mx.init.InitDesc(name, {'__init__': initialiser}), values)
        for array in p.list_data():
            array[:] = values.as_in_context(array.context)


# %% HalfZero
class HalfZero(mx.init.Initializer):
    def _init_weight(self, name, data):
        seed = int(nd.random.randint(0, 2**31 - 1, shape=(1,)).asscalar())
        values = np.random.RandomState(seed).uniform(-10, 10, data.shape)
        values[abs(values) < 5] = 0
        data[:] = values


# %% freeze
def freeze(net, pattern):
    def visit(block):
        for p in block.params.values():
            if re.match(pattern, p.name):
                p.grad_req = 'null'

    net.apply(visit)
