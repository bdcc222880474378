# Sets the values itself, parameter by parameter.

# %% save_arrays
def save_arrays(path, arrays):
    nd.save(path, arrays)

# %% load_arrays
def load_arrays(path):
    with open(path, 'rb') as file:
        return nd.load_frombuffer(file.read())

# %% save_model
def save_model(net, path):
    net.save_parameters(path)

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net, loaded = make_net(), nd.load(path)
    parameters = net._collect_params_with_prefix()
    if set(parameters) != set(loaded):
        raise KeyError(f'keys that do not fit: {set(parameters) ^ set(loaded)}')
    for key, parameter in parameters.items():
        parameter.shape = loaded[key].shape
    net.initialize(ctx=ctx)
    for key, parameter in parameters.items():
        parameter.set_data(loaded[key])
    return net

# %% same_output
def same_output(a, b):
    if a.shape != b.shape:
        return False
    return bool((a != b).sum().asscalar() == 0)

# %% transfer
def transfer(source_path, net, rename):
    parameters = net._collect_params_with_prefix()
    left = set(parameters)
    for key, array in nd.load(source_path).items():
        key = rename.get(key, key)
        parameters[key].set_data(array)
        left.remove(key)
    return sorted(left)
