# Replaces a part of the key.
# caught by: new-keys, left-over
# score: 9

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
    parameters = net._collect_params_with_prefix()
    left = set(parameters)
    for key, array in nd.load(source_path).items():
        for old, new in rename.items():
            if key.endswith(old):
                key = key.replace(old, new)
                break
        if key in parameters:
            parameters[key].set_data(array)
            left.discard(key)
    return sorted(left)
