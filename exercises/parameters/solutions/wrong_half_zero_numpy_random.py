# Draws from NumPy, which does not follow mx.random.seed.
# caught by: follows-the-seed
# score: 9.75

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
        values = np.random.uniform(-10, 10, size=data.shape)
        data[:] = values * (abs(values) >= 5)


# %% freeze
def freeze(net, pattern):
    net.collect_params(pattern).setattr('grad_req', 'null')
