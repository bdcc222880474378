# Turns every array into float32.
# caught by: types-written, types-read
# score: 9.5

# %% save_arrays
def save_arrays(path, arrays):
    if isinstance(arrays, dict):
        nd.save(path, {key: nd.array(a.asnumpy()) for key, a in arrays.items()})
    else:
        nd.save(path, [nd.array(a.asnumpy()) for a in arrays])

# %% load_arrays
def load_arrays(path):
    loaded = nd.load(path)
    if isinstance(loaded, dict):
        return {key: a.astype('float32') for key, a in loaded.items()}
    return [a.astype('float32') for a in loaded]

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
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'net.params')
        net.save_parameters(path)
        keys = list(nd.load(path))
        nd.save(path, renamed)
        net.load_parameters(path, allow_missing=True)
    return [key for key in keys if key not in renamed]
