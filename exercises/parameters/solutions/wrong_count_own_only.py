# Counts net.params, the parameters of the container alone.
# caught by: plain, nested, shared, untrained
# score: 7.5

# %% count_params
def count_params(net):
    return sum(int(np.prod(p.shape)) for p in net.params.values() if p.grad_req != 'null')


# %% init_by_pattern
def init_by_pattern(net, rules):
    for parameter in net.collect_params().values():
        for pattern, initialiser in rules:
            if re.match(pattern, parameter.name):
                parameter.initialize(initialiser, ctx=parameter.list_ctx(), force_reinit=True)
                break


# %% HalfZero
class HalfZero(mx.init.Initializer):
    def _init_weight(self, name, data):
        data[:] = nd.random.uniform(-10, 10, shape=data.shape, ctx=data.context)
        data *= data.abs() >= 5


# %% freeze
def freeze(net, pattern):
    net.collect_params(pattern).setattr('grad_req', 'null')
