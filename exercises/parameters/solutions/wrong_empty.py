# Is handed in as it was released.
# caught by: plain, weights, support, frozen
# score: 0

# %% count_params
def count_params(net):
    raise NotImplementedError()


# %% init_by_pattern
def init_by_pattern(net, rules):
    raise NotImplementedError()


# %% HalfZero
class HalfZero(mx.init.Initializer):
    raise NotImplementedError()


# %% freeze
def freeze(net, pattern):
    raise NotImplementedError()
