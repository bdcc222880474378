# Initialises the parameters that got no value.
# caught by: others-kept
# score: 9.75

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
    renamed = {rename.get(key, key): array for key, array in nd.load(source_path).items()}
    left = []
    for key, parameter in net._collect_params_with_prefix().items():
        if key in renamed:
            parameter.set_data(renamed[key])
        else:
            parameter.initialize(ctx=parameter.list_ctx(), default_init=init.Zero(), force_reinit=True)
            left.append(key)
    return left
