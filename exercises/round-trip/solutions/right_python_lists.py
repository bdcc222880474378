# Compares Python lists; exchanges keys in a copy.

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
    net.load_parameters(path)
    net.collect_params().reset_ctx(ctx)
    return net

# %% same_output
def same_output(a, b):
    return a.shape == b.shape and a.asnumpy().tolist() == b.asnumpy().tolist()

# %% transfer
def transfer(source_path, net, rename):
    source = nd.load(source_path)
    moved = {new: source.pop(old) for old, new in rename.items()}
    source.update(moved)
    left = []
    for key, parameter in net._collect_params_with_prefix().items():
        if key in source:
            for device in parameter.list_ctx():
                parameter.data(device)[:] = source[key].as_in_context(device)
        else:
            left.append(key)
    return left
