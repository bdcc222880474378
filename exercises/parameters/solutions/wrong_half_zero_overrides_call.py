# Overrides __call__, which Gluon calls only when the initialiser is the global one.
# caught by: every-shape, follows-the-seed, other-draws
# score: 9.25

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
    def __call__(self, desc, arr):
        arr[:] = nd.random.uniform(-10, 10, shape=arr.shape)
        arr *= arr.abs() >= 5


# %% freeze
def freeze(net, pattern):
    net.collect_params(pattern).setattr('grad_req', 'null')
