# Registers its initialiser, passes the bounds to super, and looks up every rule in a table.

# %% count_params
def count_params(net):
    sizes = {name: np.prod(p.shape, dtype=int) for name, p in net.collect_params().items() if p.grad_req != 'null'}
    return int(sum(sizes.values()))


# %% init_by_pattern
def init_by_pattern(net, rules):
    chosen = {}
    for pattern, initialiser in rules:
        for name in net.collect_params(pattern):
            chosen.setdefault(name, initialiser)
    parameters = net.collect_params()
    for name, initialiser in chosen.items():
        parameter = parameters[name]
        parameter.initialize(init=initialiser, ctx=list(parameter.list_ctx()), force_reinit=True)


# %% HalfZero
@mx.init.register
class HalfZero(mx.init.Initializer):
    def __init__(self, low=-10, high=10, threshold=5):
        super().__init__(low=low, high=high, threshold=threshold)
        self.low, self.high, self.threshold = low, high, threshold

    def _init_weight(self, name, data):
        drawn = nd.random.uniform(self.low, self.high, shape=data.shape, ctx=data.context)
        data[:] = drawn * (nd.abs(drawn) >= self.threshold)

    _init_bias = _init_weight


# %% freeze
def freeze(net, pattern):
    for name in net.collect_params(pattern):
        setattr(net.collect_params()[name], 'grad_req', 'null')
