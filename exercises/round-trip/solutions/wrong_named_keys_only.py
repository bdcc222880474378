# Drops the keys that rename does not name.
# caught by: new-keys, others-kept, left-over
# score: 8.75

# %% save_arrays
def save_arrays(path, arrays):
    nd.save(path, arrays)

# %% load_arrays
def load_arrays(path):
    return nd.load(path)

# %% save_model
def save_model(net, path):
    net.save_parameters(path)

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net = make_net()
    net.load_parameters(path, ctx=ctx)
    return net

# %% same_output
def same_output(a, b):
    return a.shape == b.shape and bool((a == b).asnumpy().all())

# %% transfer
def transfer(source_path, net, rename):
    source = nd.load(source_path)
    parameters = net._collect_params_with_prefix()
    left = set(parameters)
    for old, new in rename.items():
        parameters[new].set_data(source[old])
        left.remove(new)
    return sorted(left)
