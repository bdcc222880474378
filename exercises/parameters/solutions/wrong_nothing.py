# Defines everything and does nothing.
# caught by: plain, weights, support, frozen
# score: 0

# %% count_params
def count_params(net):
    return None


# %% init_by_pattern
def init_by_pattern(net, rules):
    pass


# %% HalfZero
HalfZero = None


# %% freeze
def freeze(net, pattern):
    pass
