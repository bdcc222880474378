# Saves and loads what has a gradient, without running statistics.
# caught by: statistics-written, statistics-read, left-as-it-is
# score: 9.25

# %% save_arrays
def save_arrays(path, arrays):
    nd.save(path, arrays)

# %% load_arrays
def load_arrays(path):
    return nd.load(path)

# %% save_model
def save_model(net, path):
    parameters = net._collect_params_with_prefix()
    nd.save(path, {key: p._reduce() for key, p in parameters.items() if p.grad_req != 'null'})

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net = make_net()
    net.load_parameters(path, ctx=ctx)
    for parameter in net.collect_params().values():
        if parameter.grad_req == 'null':
            parameter.initialize(ctx=ctx, force_reinit=True)
    return net

# %% same_output
def same_output(a, b):
    return a.shape == b.shape and bool((a == b).asnumpy().all())

# %% transfer
def transfer(source_path, net, rename):
    renamed = {rename.get(key, key): array for key, array in nd.load(source_path).items()}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'net.params')
        net.save_parameters(path)
        keys = list(nd.load(path))
        nd.save(path, renamed)
        net.load_parameters(path, allow_missing=True)
    return [key for key in keys if key not in renamed]
