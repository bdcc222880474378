# Applies the rules from the last to the first, so that the first has the last word; prints a lot.

# %% count_params
def count_params(net):
    print('counting' * 1000)
    return sum(np.prod(p.shape) for p in net.collect_params().values() if p.grad_req != 'null')


# %% init_by_pattern
def init_by_pattern(net, rules):
    for pattern, initialiser in reversed(rules):
        print(pattern, 'initialising' * 1000)
        for p in net.collect_params(pattern).values():
            p.init = initialiser
            p.initialize(ctx=p.list_ctx(), force_reinit=True)
    return net


# %% HalfZero
class HalfZero(mx.init.Initializer):
    """Rounds towards zero what is small, in place."""

    def __init__(self):
        super().__init__()

    def _init_weight(self, _, arr):
        mx.random.uniform(-10, 10, shape=arr.shape, out=arr)
        arr[:] = nd.where(arr.abs() < 5, nd.zeros_like(arr), arr)


# %% freeze
def freeze(net, pattern):
    matches = re.compile(pattern).match
    for name, p in net.collect_params().items():
        print(name)
        p.grad_req = 'null' if matches(name) else p.grad_req
    return [name for name in net.collect_params() if matches(name)]
