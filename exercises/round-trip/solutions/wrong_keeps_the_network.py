# Keeps the network in memory and writes no file.
# caught by: structural-keys, left-as-it-is, no-values, values-read, missing-keys
# score: 5.5

# %% save_arrays
def save_arrays(path, arrays):
    nd.save(path, arrays)

# %% load_arrays
def load_arrays(path):
    return nd.load(path)

# %% save_model
NETS = {}

def save_model(net, path):
    NETS[path] = net

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    return NETS[path]

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
