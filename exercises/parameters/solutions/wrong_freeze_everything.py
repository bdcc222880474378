# Freezes the whole network.
# caught by: frozen, others-as-before, matched-from-the-start, within-blocks, trained
# score: 7.75

# %% count_params
def count_params(net):
    count = 0
    for parameter in net.collect_params().values():
        if parameter.grad_req != 'null':
            count += int(np.prod(parameter.shape))
    return count


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
    net.collect_params().setattr('grad_req', 'null')
